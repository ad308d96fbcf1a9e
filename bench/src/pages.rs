//! The Sessions tab with 50 rows, signed in, beside a static file of about its size from the same server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::http::{Connection, Request};
use crate::load::rate;
use crate::server::{EMAIL, PASSWORD, Server};
use crate::split;

const CONNECTIONS: usize = 16;
const SPAN: Duration = Duration::from_secs(6);

/// Signs the owner in as a browser does and answers the cookie line.
pub async fn sign_in(port: u16) -> Result<String> {
    sign_in_as(port, EMAIL).await
}

/// Signs one of the people in.
pub async fn sign_in_as(port: u16, email: &str) -> Result<String> {
    let encoded = |text: &str| text.replace('@', "%40").replace(' ', "+");
    let headers = [
        "content-type: application/x-www-form-urlencoded".to_owned(),
        "sec-fetch-site: same-origin".to_owned(),
        "accept: text/html".to_owned(),
    ];
    let body = format!("email={}&password={}", encoded(email), encoded(PASSWORD));
    let request = Request::new("POST", "/sfn/account/login", &headers, &body);
    let answer = Connection::open(port).await?.send(&request).await?;
    let cookies: Vec<_> = answer
        .header("set-cookie")
        .filter_map(|line| line.split(';').next())
        .collect();
    ensure!(
        !cookies.is_empty(),
        "no cookie after log-in: {} {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(format!("cookie: {}", cookies.join("; ")))
}

/// Addresses of our own files that a page mentions.
fn assets(html: &str) -> Vec<String> {
    html.split(['"', '\'', '('])
        .filter(|part| part.starts_with("/pkg/"))
        .map(|part| part.trim_end_matches(')').to_owned())
        .collect()
}

/// Measures and prints; answers the workspace's place in addresses.
pub async fn measure(server: &Server, interview: &str) -> Result<String> {
    let port = server.port;
    let cookie = sign_in(port).await?;
    let mut connection = Connection::open(port).await?;
    let get = |path: &str| Request::new("GET", path, std::slice::from_ref(&cookie), "");
    // The address carries the workspace; the front page knows it and leads there.
    let home = connection.send(&get("/")).await?;
    let slug = home
        .header("location")
        .find_map(|to| to.strip_prefix("/w/"))
        .and_then(|rest| rest.split('/').next())
        .context("/ does not lead to a workspace")?
        .to_owned();
    let page = get(&format!("/w/{slug}/interviews/{interview}/sessions"));
    let answer = connection.send(&page).await?;
    let html = String::from_utf8(answer.body)?;
    ensure!(answer.status == 200, "the Sessions tab answered {}", answer.status);
    let rows = (0..50)
        .filter(|n| html.contains(&format!("Candidate Number {n}<")))
        .count();
    ensure!(rows == 50, "the Sessions tab shows {rows} of 50 rows");

    let mut files = Vec::new();
    for path in assets(&html) {
        let file = connection.send(&get(&path)).await?;
        if file.status == 200 {
            files.push((file.body.len().abs_diff(html.len()), file.body.len(), path));
        }
    }
    let (_, size, path) = files.into_iter().min().context("the page mentions no file")?;

    let file = rate(port, &get(&path), CONNECTIONS, SPAN).await?;
    let pages = rate(port, &page, CONNECTIONS, SPAN).await?;
    println!(
        "Sessions tab         {pages:8.0} /s   (50 rows, signed in, {} kB, {CONNECTIONS} connections)",
        html.len() / 1000
    );
    println!(
        "  a static file      {file:8.0} /s   ({} kB) ratio {:.2} (aim: at least 0.10)",
        size / 1000,
        pages / file
    );
    split::measure(server, &cookie, &slug, interview, &page).await?;
    Ok(slug)
}
