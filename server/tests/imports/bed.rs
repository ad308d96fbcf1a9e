//! The house with somebody in it who has an interview, at the screens' door for tables.

use super::house::{Desk, House, Plan};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use parley_domain::{account::Actor, id::InterviewId};
use std::ops::Deref;
use tower::ServiceExt;

pub struct Bed {
    house: House,
    pub owner: Actor,
    pub interview: InterviewId,
    pub slug: String,
    pub cookie: String,
}

impl Deref for Bed {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Bed {
    pub async fn new() -> Self {
        let house = House::with(Plan::default()).await;
        let Desk {
            owner,
            slug,
            interview,
            cookie,
        } = house.desk().await;
        Self {
            house,
            owner,
            interview,
            slug,
            cookie,
        }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::builder()
            .uri(path)
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie);
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        (
            status,
            response.into_body().collect().await.unwrap().to_bytes().to_vec(),
        )
    }

    pub async fn upload(&self, name: &str, bytes: &[u8]) -> (StatusCode, serde_json::Value) {
        let mut body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/upload/w/{}/interviews/{}/imports", self.slug, self.interview))
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=cut")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// A server function, as the hydrated page calls it.
    pub async fn call(&self, name: &str, body: serde_json::Value) -> (StatusCode, serde_json::Value) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/sfn/imports/{name}"))
            .header("host", "127.0.0.1:3000")
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn refused(&self, name: &str, bytes: &[u8]) -> String {
        let (status, problem) = self.upload(name, bytes).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }
}
