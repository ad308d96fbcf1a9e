//! What routes are put together for.
//!
//! Handlers carry their descriptions. To put those of all handlers together takes some megabytes and a third of the start,
//! for a document that few ask for: so a server that starts takes the handlers alone.

/// What routes are put together for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// For answering requests: handlers, without descriptions.
    Serve,
    /// For the OpenAPI document: with descriptions.
    Describe,
}

/// Handlers of one path, for [`OpenApiRouter::routes`](utoipa_axum::router::OpenApiRouter::routes).
macro_rules! routes {
    ($purpose:ident: $($handler:ident),+) => {
        match $purpose {
            $crate::api::routes::Purpose::Describe => utoipa_axum::routes!($($handler),+),
            $crate::api::routes::Purpose::Serve => utoipa_axum::paste! {{
                use utoipa::{Path, openapi::path::{Operation, Paths}};
                use utoipa_axum::PathItemExt;
                let (mut paths, mut handlers) = (Paths::new(), axum::routing::MethodRouter::new());
                $(
                    let methods = [<__path_ $handler>]::methods();
                    for method in &methods {
                        handlers = handlers.on(method.to_method_filter(), $handler);
                    }
                    paths.add_path_operation([<__path_ $handler>]::path(), methods, Operation::new());
                )+
                (Vec::new(), paths, handlers)
            }},
        }
    };
}
pub(super) use routes;
