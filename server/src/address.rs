//! Where a request comes from: the other end of the connection, or what trusted proxies say of it.

use crate::state::AppState;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use parley_app::server_fns::ClientAddress;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
    sync::Once,
};

/// An address, or a network such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("'{text}' is neither an address nor a network such as 10.0.0.0/8");
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text.trim(), None),
        };
        let base: IpAddr = base.parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            Err(wrong())
        } else {
            Ok(Self { base, bits })
        }
    }
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                base.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                base.to_bits() & mask == ip.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// The client's address. From the connection's end backwards: each proxy that is trusted is believed about the one
/// before it, so what a client claims of itself counts for nothing.
///
/// A proxy that writes one of the two headers passes the other on as the client sent it, and nothing tells which one it
/// wrote. Where they lead to different addresses, neither is believed: the proxy's own address stands for all such clients.
#[must_use]
pub fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.holds(ip));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let client = |hops: Vec<Option<IpAddr>>| {
        let mut address = peer;
        for hop in hops.into_iter().rev() {
            let Some(ip) = hop else {
                // "unknown" or damaged: what stands before it cannot be believed.
                break;
            };
            address = ip.to_canonical();
            if !is_trusted(address) {
                break;
            }
        }
        address
    };
    let forwarded = hops(headers, "forwarded", of_element).map(client);
    match (forwarded, hops(headers, "x-forwarded-for", node).map(client)) {
        (Some(one), Some(other)) if one != other => {
            say_that_they_differ();
            peer
        }
        (Some(address), _) | (None, Some(address)) => address,
        (None, None) => peer,
    }
}

/// Once, and without the addresses: a client that sends both headers itself could fill the log.
fn say_that_they_differ() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            "a trusted proxy sent Forwarded and X-Forwarded-For that name different clients; such requests count as the \
             proxy's own. It should write both headers, or remove the one that it does not write."
        );
    });
}

/// The addresses that a header names, client first, `None` for one that cannot be read; none at all where the header is
/// missing. What is no text is a place that cannot be read, not a header that is missing.
fn hops(headers: &HeaderMap, name: &str, read: fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    for value in headers.get_all(name) {
        let value = String::from_utf8_lossy(value.as_bytes());
        hops.extend(value.split(',').map(|part| read(part.trim())));
    }
    headers.contains_key(name).then_some(hops)
}

/// The address in an element of `Forwarded`: `for="[2001:db8::7]:4711";proto=https`.
fn of_element(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        key.eq_ignore_ascii_case("for")
            .then(|| node(value.trim_matches('"')))
            .flatten()
    })
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`, `2001:db8::1`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map(|(ip, _)| ip);
    bare.unwrap_or(text)
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Notes the client's address in the request, for throttling.
pub async fn note(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    let address = resolve(peer, request.headers(), &state.http.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn resolved(peer: &str, trusted: &[&str], headers: &[(&'static str, &str)]) -> IpAddr {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted: Vec<Network> = trusted.iter().map(|n| n.parse().unwrap()).collect();
        resolve(ip(peer), &map, &trusted)
    }

    #[test]
    fn strangers_cannot_choose_their_address() {
        let claim = [("x-forwarded-for", "1.2.3.4")];
        assert_eq!(resolved("198.51.100.7", &[], &claim), ip("198.51.100.7"));
        assert_eq!(resolved("198.51.100.7", &["10.0.0.0/8"], &claim), ip("198.51.100.7"));
        // Behind a proxy, what the client sent itself stands to the left and is not reached.
        let both = [("x-forwarded-for", "1.2.3.4, 198.51.100.7")];
        assert_eq!(resolved("10.0.0.1", &["10.0.0.0/8"], &both), ip("198.51.100.7"));
    }

    #[test]
    fn chains_and_spellings() {
        let chain = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "10.1.1.1")];
        assert_eq!(resolved("10.0.0.1", &["10.0.0.0/8"], &chain), ip("203.0.113.9"));
        let forwarded = [("forwarded", "for=\"[2001:db8::7]:4711\";proto=https, for=10.2.2.2")];
        assert_eq!(resolved("10.0.0.1", &["10.0.0.0/8"], &forwarded), ip("2001:db8::7"));
        let odd = [("forwarded", "for=203.0.113.9, for=unknown")];
        assert_eq!(resolved("10.0.0.1", &["10.0.0.0/8"], &odd), ip("10.0.0.1"));
        assert_eq!(
            resolved("::ffff:10.0.0.1", &["10.0.0.1"], &chain[..1]),
            ip("203.0.113.9")
        );
    }

    #[test]
    fn a_header_that_the_proxy_passes_on_is_not_believed() {
        let trusted = &["10.0.0.0/8"][..];
        let written = ("x-forwarded-for", "1.2.3.4, 198.51.100.7");
        for claim in [
            "for=203.0.113.9",
            "for=10.9.9.9, for=203.0.113.9",
            "for=unknown",
            "nonsense",
            "",
        ] {
            let both = [("forwarded", claim), written];
            assert_eq!(resolved("10.0.0.1", trusted, &both), ip("10.0.0.1"), "{claim}");
        }
        // The same with the parts changed.
        let both = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(resolved("10.0.0.1", trusted, &both), ip("10.0.0.1"));
        // A proxy that writes both is believed.
        let both = [("forwarded", "for=\"198.51.100.7:80\""), written];
        assert_eq!(resolved("10.0.0.1", trusted, &both), ip("198.51.100.7"));
        assert_eq!(
            resolved("192.0.2.9", trusted, &both),
            ip("192.0.2.9"),
            "no proxy of ours"
        );
    }

    #[test]
    fn a_header_that_is_no_text_does_not_make_room_for_the_other() {
        let mut headers = HeaderMap::new();
        let odd = http::HeaderValue::from_bytes(b"\xff, 198.51.100.7").unwrap();
        headers.insert("x-forwarded-for", odd);
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(resolve(ip("10.0.0.1"), &headers, &trusted), ip("198.51.100.7"));
        headers.insert("forwarded", "for=203.0.113.9".parse().unwrap());
        assert_eq!(resolve(ip("10.0.0.1"), &headers, &trusted), ip("10.0.0.1"));
    }

    #[test]
    fn networks_are_checked() {
        for bad in ["", "10.0.0.0/33", "10.0.0", "::/129", "host"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().holds(ip("8.8.8.8")));
        assert!("2001:db8::/32".parse::<Network>().unwrap().holds(ip("2001:db8:1::1")));
        assert!(!"192.0.2.0/31".parse::<Network>().unwrap().holds(ip("192.0.2.2")));
    }
}
