//! Invented people with names of many scripts. Deterministic: the same number is the same person.

use parley_domain::candidate::{CandidateInput, Source};

/// Small, fast, good enough for invented data: `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `n` - 1.
    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    /// Between two moments or lengths.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from((to - from).max(1)).unwrap_or(1);
        from + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Given names with a form for the mailbox, family names with theirs, and whether the family name stands first.
struct Script {
    given: &'static [(&'static str, &'static str)],
    family: &'static [(&'static str, &'static str)],
    family_first: bool,
    joint: &'static str,
}

const SCRIPTS: [Script; 11] = [
    Script {
        given: &[
            ("Ana", "ana"),
            ("Lukas", "lukas"),
            ("Zoë", "zoe"),
            ("Émile", "emile"),
            ("Freya", "freya"),
            ("Tomás", "tomas"),
            ("Nora", "nora"),
            ("Jonas", "jonas"),
            ("Inês", "ines"),
            ("Marta", "marta"),
            ("Oliver", "oliver"),
            ("Søren", "soren"),
        ],
        family: &[
            ("Lima", "lima"),
            ("Weber", "weber"),
            ("Dupont", "dupont"),
            ("García", "garcia"),
            ("Rossi", "rossi"),
            ("Nielsen", "nielsen"),
            ("O'Brien", "obrien"),
            ("van Dijk", "vandijk"),
            ("Müller", "mueller"),
            ("Ferreira", "ferreira"),
            ("Lindqvist", "lindqvist"),
            ("Smith", "smith"),
        ],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("Grace", "grace"),
            ("Kwame", "kwame"),
            ("Amara", "amara"),
            ("Chidi", "chidi"),
            ("Thandiwe", "thandiwe"),
            ("Kofi", "kofi"),
        ],
        family: &[
            ("Okafor", "okafor"),
            ("Mensah", "mensah"),
            ("Dlamini", "dlamini"),
            ("Adeyemi", "adeyemi"),
            ("Abebe", "abebe"),
        ],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("小明", "xiaoming"),
            ("丽", "li"),
            ("伟", "wei"),
            ("芳", "fang"),
            ("子涵", "zihan"),
            ("浩然", "haoran"),
        ],
        family: &[
            ("王", "wang"),
            ("李", "li"),
            ("张", "zhang"),
            ("刘", "liu"),
            ("陈", "chen"),
            ("欧阳", "ouyang"),
        ],
        family_first: true,
        joint: "",
    },
    Script {
        given: &[
            ("さくら", "sakura"),
            ("健太", "kenta"),
            ("美咲", "misaki"),
            ("翔", "sho"),
            ("陽菜", "hina"),
        ],
        family: &[
            ("佐藤", "sato"),
            ("鈴木", "suzuki"),
            ("高橋", "takahashi"),
            ("田中", "tanaka"),
        ],
        family_first: true,
        joint: " ",
    },
    Script {
        given: &[
            ("지우", "jiwoo"),
            ("민준", "minjun"),
            ("서연", "seoyeon"),
            ("하준", "hajun"),
        ],
        family: &[("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi")],
        family_first: true,
        joint: "",
    },
    Script {
        given: &[
            ("ليلى", "layla"),
            ("عمر", "omar"),
            ("فاطمة", "fatima"),
            ("يوسف", "yusuf"),
            ("مريم", "maryam"),
        ],
        family: &[
            ("حداد", "haddad"),
            ("الخطيب", "khatib"),
            ("منصور", "mansour"),
            ("ناصر", "nasser"),
        ],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("Анна", "anna"),
            ("Дмитрий", "dmitry"),
            ("Ольга", "olga"),
            ("Иван", "ivan"),
            ("Мария", "maria"),
        ],
        family: &[
            ("Иванова", "ivanova"),
            ("Кузнецов", "kuznetsov"),
            ("Шевченко", "shevchenko"),
            ("Соколова", "sokolova"),
        ],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("अनन्या", "ananya"),
            ("आरव", "aarav"),
            ("दिया", "diya"),
            ("रोहन", "rohan"),
        ],
        family: &[("शर्मा", "sharma"), ("पटेल", "patel"), ("सिंह", "singh")],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("Thị Mai", "mai"),
            ("Văn Hùng", "hung"),
            ("Minh Anh", "minhanh"),
            ("Quốc Bảo", "bao"),
        ],
        family: &[("Nguyễn", "nguyen"), ("Trần", "tran"), ("Phạm", "pham")],
        family_first: true,
        joint: " ",
    },
    Script {
        given: &[
            ("Łukasz", "lukasz"),
            ("Agnieszka", "agnieszka"),
            ("Čeněk", "cenek"),
            ("Şule", "sule"),
            ("Ömer", "omer"),
            ("Réka", "reka"),
        ],
        family: &[
            ("Wiśniewski", "wisniewski"),
            ("Dvořák", "dvorak"),
            ("Yılmaz", "yilmaz"),
            ("Szabó", "szabo"),
        ],
        family_first: false,
        joint: " ",
    },
    Script {
        given: &[
            ("Ελένη", "eleni"),
            ("Γιώργος", "giorgos"),
            ("נועה", "noa"),
            ("Նարե", "nare"),
        ],
        family: &[
            ("Παπαδοπούλου", "papadopoulou"),
            ("לוי", "levi"),
            ("Հակոբյան", "hakobyan"),
        ],
        family_first: false,
        joint: " ",
    },
];

/// How often each script comes, in parts of a hundred.
const WEIGHTS: [usize; 11] = [34, 9, 12, 6, 5, 8, 8, 5, 5, 6, 2];

const SCHOOLS: [&str; 14] = [
    "TU Berlin",
    "Universidade de São Paulo",
    "清华大学",
    "University of Lagos",
    "École polytechnique",
    "東京大学",
    "Delft University of Technology",
    "جامعة القاهرة",
    "МГУ",
    "IIT Bombay",
    "University of Manchester",
    "Politecnico di Milano",
    "KU Leuven",
    "Uniwersytet Warszawski",
];
const MAJORS: [&str; 10] = [
    "Computer science",
    "Economics",
    "Mechanical engineering",
    "Psychology",
    "Design",
    "Statistics",
    "History",
    "Business administration",
    "Physics",
    "Linguistics",
];
const DEGREES: [&str; 5] = ["Bachelor", "Master", "Doctorate", "Diploma", "Associate"];
const JOBS: [&str; 8] = [
    "Working student at a logistics company, 2023–2025",
    "Two years in support at a travel agency",
    "Software engineer at a payments start-up, 2021–2024\nIntern at a bank, 2020",
    "Teaching assistant for introductory statistics",
    "Team lead of eight in a call centre, 2019–2025",
    "Freelance designer",
    "Account executive for industrial software, 2022 to date",
    "Volunteer translator; part-time barista",
];
const SOURCES: [(Source, usize); 5] = [
    (Source::Invited, 40),
    (Source::Imported, 30),
    (Source::PublicLink, 15),
    (Source::Resume, 10),
    (Source::Api, 5),
];

/// Picks by parts of a hundred.
fn weighted(dice: &mut Dice, weights: impl IntoIterator<Item = usize>) -> usize {
    let mut left = dice.below(100);
    for (i, weight) in weights.into_iter().enumerate() {
        if left < weight {
            return i;
        }
        left -= weight;
    }
    0
}

/// Person number `n`, how they came, and the given name by which they are greeted.
pub(super) fn person(dice: &mut Dice, n: u64) -> (CandidateInput, Source, &'static str) {
    let script = &SCRIPTS[weighted(dice, WEIGHTS)];
    let (given, given_mail) = dice.pick(script.given);
    let (family, family_mail) = dice.pick(script.family);
    let name = if script.family_first {
        format!("{family}{}{given}", script.joint)
    } else {
        format!("{given}{}{family}", script.joint)
    };
    let source = SOURCES[weighted(dice, SOURCES.map(|s| s.1))].0;
    let known = dice.chance(92) || source == Source::PublicLink;
    let input = CandidateInput {
        name,
        email: known.then(|| format!("{given_mail}.{family_mail}.{n}@example.org")),
        phone: dice.chance(55).then(|| {
            format!(
                "+{} {:03} {:07}",
                dice.pick(&[1, 33, 44, 49, 55, 81, 86, 91, 234]),
                dice.below(900) + 100,
                dice.below(10_000_000)
            )
        }),
        school: dice.chance(70).then(|| dice.pick(&SCHOOLS).to_owned()),
        major: dice.chance(60).then(|| dice.pick(&MAJORS).to_owned()),
        degree: dice.chance(60).then(|| dice.pick(&DEGREES).to_owned()),
        graduation_year: dice
            .chance(60)
            .then(|| i32::try_from(dice.between(2008, 2028)).unwrap_or(2020)),
        work_experience: dice.chance(35).then(|| dice.pick(&JOBS).to_owned()),
        notes: dice.chance(6).then(|| "Met at the careers fair.".to_owned()),
    };
    (input, source, given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invented_person_could_be_typed_in() {
        let mut dice = Dice::new(1);
        let mut scripts = std::collections::BTreeSet::new();
        for n in 0..2_000 {
            let (input, _, _) = person(&mut dice, n);
            scripts.insert(input.name.chars().next().map(|c| u32::from(c) / 0x400));
            let checked = input.clone().checked(2026).unwrap();
            assert_eq!(checked, input);
        }
        assert!(scripts.len() >= 6, "{scripts:?}");
        assert_eq!(WEIGHTS.iter().sum::<usize>(), 100);
        assert_eq!(SOURCES.iter().map(|s| s.1).sum::<usize>(), 100);
    }
}
