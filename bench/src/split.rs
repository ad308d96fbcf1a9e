//! Where the time of the Sessions tab goes: the same use-cases on the same database, called one after the other without HTTP
//! and screens, beside the whole page asked for one at a time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parley_domain::{id::InterviewId, paging::PageRequest, session::SessionFilter};
use parley_services::{Config, Services, accounts, db::Db, install, interviews, sessions};

use crate::http::{Connection, Request};
use crate::ms;
use crate::server::Server;

/// How often each is done.
const ROUNDS: u32 = 300;

/// What one page asks for, as often as its server functions do: who is signed in, once for the request; the frame; the
/// interview (head), the rows, the counts.
async fn ask(s: &Services, secret: &str, slug: &str, id: InterviewId) -> Result<(Duration, Duration)> {
    let all = SessionFilter::default();
    let begin = Instant::now();
    let user = accounts::signed_in(s, secret).await?.context("not signed in")?;
    accounts::me(s, user).await?;
    let actor = accounts::actor(s, user, slug).await?;
    let auth = begin.elapsed();
    let mut sql = Duration::ZERO;
    for part in 0..3 {
        let begin = Instant::now();
        match part {
            0 => drop(interviews::get(s, &actor, id).await?),
            1 => {
                let page = PageRequest {
                    limit: None,
                    cursor: None,
                };
                sessions::list(s, &actor, Some(id), &all, Default::default(), &page).await?;
            }
            _ => drop(sessions::counts(s, &actor, Some(id), &all).await?),
        }
        sql += begin.elapsed();
    }
    Ok((auth, sql))
}

/// Measures and prints.
pub async fn measure(server: &Server, cookie: &str, slug: &str, interview: &str, page: &Request) -> Result<()> {
    let folder = server.data();
    let db = Db::connect(&install::sqlite_url(&folder)).await?;
    let secrets = install::keys(&db, None, &folder).await?;
    let config = Config {
        data_dir: folder,
        public_url: format!("http://127.0.0.1:{}", server.port),
        initial_tokens: 0,
        tokens_per_resume: 0,
    };
    let services = Services::new(db, secrets, config);
    let secret = cookie.split("parley_login=").nth(1).context("no login cookie")?;
    let secret = secret.split(';').next().unwrap_or_default();
    let id: InterviewId = interview.parse()?;

    let mut connection = Connection::open(server.port).await?;
    let (mut whole, mut auth, mut sql) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    // In turns, so that whatever else happens on the machine happens to both.
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        connection.send(page).await?;
        whole += begin.elapsed();
        let (a, q) = ask(&services, secret, slug, id).await?;
        auth += a;
        sql += q;
    }
    services.db.close().await?;
    let each = |sum: Duration| ms(sum / ROUNDS);
    println!(
        "  one at a time      {:8.2} ms   = auth {:.2} (who asks) + SQL {:.2} (interview, rows, counts) + render and HTTP {:.2}",
        each(whole),
        each(auth),
        each(sql),
        each(whole.saturating_sub(auth + sql)),
    );
    Ok(())
}
