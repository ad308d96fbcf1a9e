//! One way to write down a closed list of words: an enum whose values are the same word in JSON, in the database, in the
//! OpenAPI description and on the command line.

/// Declares such an enum: `words! { /// What it is. Name { /// What the value means. Value = "value" } }`. A list with a
/// default says `#[derive(Default)]` below its documentation and `#[default]` above the value. In the OpenAPI description,
/// which knows no modules, a name that stands twice is told apart by `Name as "OtherName"`.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        $(#[derive($($more:ident),+)])?
        $name:ident $(as $schema:literal)? { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[doc = $doc])+
        $(#[derive($($more),+)])?
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$each])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All values, in their order.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word used in the API and the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|known| known.as_str() == word);
                found.ok_or_else(|| format!("'{word}' is none of: {}", Self::ALL.map(Self::as_str).join(", ")))
            }
        }

        // By hand: the derive does not see a rename that comes out of a macro.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .description(Some([$($doc),+].map(str::trim).join("\n")))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            $(fn name() -> std::borrow::Cow<'static, str> { std::borrow::Cow::Borrowed($schema) })?
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    words! {
        /// A list with a default.
        #[derive(Default)]
        Sample {
            /// The first.
            One = "one",
            /// The second.
            #[default]
            TwoWords = "two_words",
        }
    }

    #[test]
    fn a_word_is_the_same_everywhere() {
        for value in Sample::ALL {
            assert_eq!(value.as_str().parse(), Ok(value));
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
            assert_eq!(serde_json::from_value::<Sample>(value.as_str().into()).unwrap(), value);
        }
        assert_eq!(Sample::default(), Sample::TwoWords);
        assert!(Sample::One < Sample::TwoWords);
        assert_eq!(
            "sideways".parse::<Sample>().unwrap_err(),
            "'sideways' is none of: one, two_words"
        );
    }
}
