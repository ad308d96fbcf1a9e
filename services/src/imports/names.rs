//! The whole name of somebody whose table keeps its parts in columns of their own.

use parley_domain::import::Field;

use super::{headers::FAMILY_FIRST, matching::key};

/// Which part of a name is written first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NameOrder {
    /// Ana Lima.
    #[default]
    GivenFirst,
    /// Nguyễn Văn An, Nagy Anna.
    FamilyFirst,
}

impl NameOrder {
    /// By the language of the header over the family names. One in two languages is for people of both, and decides nothing.
    #[must_use]
    pub fn of(header: &[String], columns: &[Option<Field>]) -> Self {
        let family = columns.iter().position(|field| *field == Some(Field::LastName));
        let family = family.and_then(|at| header.get(at)).map(|text| key(text));
        match family {
            Some(family) if FAMILY_FIRST.split('|').any(|spelling| key(spelling) == family) => Self::FamilyFirst,
            _ => Self::GivenFirst,
        }
    }
}

/// The parts of a name; empty where the table has none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts<'a> {
    pub first: &'a str,
    /// Middle names, patronymics, what stands before a Dutch family name.
    pub middle: &'a str,
    pub last: &'a str,
    /// The second family name of Spanish names.
    pub second_last: &'a str,
}

impl Parts<'_> {
    /// The whole name.
    pub(super) fn together(self, order: NameOrder) -> String {
        let Self {
            first,
            middle,
            last,
            second_last,
        } = self;
        let family = spaced([last, second_last]);
        // "Ana Lima" under "Name" beside "Lima" under "Surname": the first is the whole name already.
        let given = without(first, &family, order);
        let first = if given == first {
            without(first, last, order)
        } else {
            given
        };
        let family_first = [last, second_last, middle, first];
        let filled = || family_first.into_iter().filter(|part| !part.is_empty());
        let together = filled().all(is_written_together) && !filled().all(is_from_abroad);
        if !first.is_empty() && !last.is_empty() && together {
            return filled().collect();
        }
        match order {
            NameOrder::GivenFirst => spaced([first, middle, last, second_last]),
            NameOrder::FamilyFirst => spaced(family_first),
        }
    }
}

/// The parts that are there, with spaces between.
fn spaced<const N: usize>(parts: [&str; N]) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// A given name that has the family name with it, without it.
fn without<'a>(first: &'a str, family: &str, order: NameOrder) -> &'a str {
    if family.is_empty() {
        return first;
    }
    let rest = match order {
        NameOrder::GivenFirst => first.strip_suffix(family).filter(|rest| rest.ends_with(' ')),
        NameOrder::FamilyFirst => first.strip_prefix(family).filter(|rest| rest.starts_with(' ')),
    };
    rest.map_or(first, str::trim)
}

/// In the letters in which Japanese writes names from abroad: such a name keeps its own order.
fn is_from_abroad(part: &str) -> bool {
    part.chars().all(|c| matches!(c, '\u{30A0}'..='\u{30FF}'))
}

/// Chinese, Japanese and Korean.
fn is_written_together(part: &str) -> bool {
    part.chars().all(|c| {
        matches!(
            c,
            '々' | '〆'
                | '\u{3040}'..='\u{30FF}'
                | '\u{3400}'..='\u{9FFF}'
                | '\u{AC00}'..='\u{D7AF}'
                | '\u{F900}'..='\u{FAFF}'
                | '\u{20000}'..='\u{323AF}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::matching::match_columns;
    use super::*;

    /// The whole name of a row under this header.
    fn name(header: &[&str], row: &[&str]) -> String {
        let header: Vec<String> = header.iter().map(|text| (*text).to_owned()).collect();
        let columns = match_columns(&header);
        let part = |field| {
            let at = columns.iter().position(|column| *column == Some(field));
            at.map_or("", |at| row[at])
        };
        let parts = Parts {
            first: part(Field::FirstName),
            middle: part(Field::MiddleName),
            last: part(Field::LastName),
            second_last: part(Field::SecondLastName),
        };
        parts.together(NameOrder::of(&header, &columns))
    }

    #[test]
    fn parts_stand_in_the_order_of_their_language() {
        for (header, row, whole) in [
            ("First name|Middle name|Last name", "Ana|Maria|Lima", "Ana Maria Lima"),
            ("First name|Second name|Surname", "Ana|Maria|Lima", "Ana Maria Lima"),
            ("First name|Second name", "Ana|Lima", "Ana Lima"),
            ("Surname|Other names", "Okoye|Ada Chi", "Ada Chi Okoye"),
            ("Nombre|Apellido 1|Apellido 2", "Ana|Lima|Sosa", "Ana Lima Sosa"),
            (
                "Apellido paterno|Apellido materno|Nombres",
                "Lima|Sosa|Ana",
                "Ana Lima Sosa",
            ),
            (
                "Primer nombre|Segundo nombre|Primer apellido|Segundo apellido",
                "Ana|María|Lima|Sosa",
                "Ana María Lima Sosa",
            ),
            ("Name|2nd surname|Surname", "Ana|Sosa|Lima", "Ana Lima Sosa"),
            ("Фамилия|Имя|Отчество", "Петров|Иван|Ильич", "Иван Ильич Петров"),
            ("Имя|Отчество", "Иван|Ильич", "Иван Ильич"),
            (
                "Voornaam|Tussenvoegsel|Achternaam",
                "Anna|van der|Berg",
                "Anna van der Berg",
            ),
            ("Họ|Tên", "Nguyễn|An", "Nguyễn An"),
            ("Họ đệm|Tên", "Nguyễn Văn|An", "Nguyễn Văn An"),
            ("Họ và tên đệm|Tên", "Nguyễn Văn|An", "Nguyễn Văn An"),
            ("Họ|Tên đệm|Tên", "Nguyễn|Văn|An", "Nguyễn Văn An"),
            ("Vezetéknév|Keresztnév", "Nagy|Anna", "Nagy Anna"),
            (
                "Vezetéknév / Last name|Keresztnév / First name",
                "Nagy|Anna",
                "Anna Nagy",
            ),
            ("姓|名", "Wang|Xiaoming", "Wang Xiaoming"),
            ("姓|名", "王|小明", "王小明"),
            ("Last name|First name", "田中|さくら", "田中さくら"),
            ("Last name|First name", "山﨑|奈々", "山﨑奈々"),
            ("Last name|First name", "佐藤|アンナ", "佐藤アンナ"),
            ("Last name|First name", "スミス|ジョン", "ジョン スミス"),
            ("姓|名", "王|Leo", "王 Leo"),
            ("성|이름", "김|민수", "김민수"),
        ] {
            let header: Vec<&str> = header.split('|').collect();
            let row: Vec<&str> = row.split('|').collect();
            assert_eq!(name(&header, &row), whole, "{header:?}");
        }
    }

    #[test]
    fn a_name_beside_a_middle_name_alone_is_whole() {
        let header = ["Name", "Middle name"].map(str::to_owned);
        assert_eq!(match_columns(&header), [Some(Field::Name), Some(Field::MiddleName)]);
    }

    #[test]
    fn a_part_that_is_in_another_comes_once() {
        let whole = |first, last, second_last, order| {
            let parts = Parts {
                first,
                middle: "",
                last,
                second_last,
            };
            parts.together(order)
        };
        assert_eq!(whole("Ana Lima", "Lima", "", NameOrder::GivenFirst), "Ana Lima");
        assert_eq!(
            whole("Ana Lima Sosa", "Lima", "Sosa", NameOrder::GivenFirst),
            "Ana Lima Sosa"
        );
        assert_eq!(
            whole("Ana Lima", "Lima", "Sosa", NameOrder::GivenFirst),
            "Ana Lima Sosa"
        );
        assert_eq!(whole("Lima", "Lima", "", NameOrder::GivenFirst), "Lima Lima");
        assert_eq!(whole("Nagy Anna", "Nagy", "", NameOrder::FamilyFirst), "Nagy Anna");
        assert_eq!(whole("", "", "", NameOrder::FamilyFirst), "");
    }
}
