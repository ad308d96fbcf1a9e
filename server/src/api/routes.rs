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
            $crate::api::routes::Purpose::Describe => {
                let described = utoipa_axum::routes!($($handler),+);
                #[cfg(test)]
                $crate::api::routes::tests::note(&described.0);
                described
            }
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

#[cfg(test)]
pub(super) mod tests {
    use super::Purpose;
    use serde_json::Value;
    use std::{cell::RefCell, collections::BTreeMap};
    use utoipa::openapi::{RefOr, schema::Schema};

    thread_local! {
        /// What the routes of this thread's test describe, before types of the same name are put together.
        static NOTED: RefCell<Vec<(String, Value)>> = const { RefCell::new(Vec::new()) };
    }

    pub(in crate::api) fn note(schemas: &[(String, RefOr<Schema>)]) {
        let noted = schemas
            .iter()
            .map(|(name, schema)| (name.clone(), serde_json::to_value(schema).unwrap()));
        NOTED.with_borrow_mut(|all| all.extend(noted));
    }

    /// The document holds one schema of a name: of two types with the same name one would be described as the other.
    #[test]
    fn no_two_types_share_a_name_in_the_document() {
        drop(crate::api::v1::routes(Purpose::Describe));
        let noted = NOTED.take();
        assert!(noted.len() > 100, "{} schemas", noted.len());
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for (name, schema) in noted {
            let first = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*first, schema, "{name} is two types");
        }
        for told_apart in ["ImportFate", "AnalysisBatchState", "ResumeEngine", "ResumeConfidence"] {
            assert!(known.contains_key(told_apart), "{told_apart}");
        }
    }
}
