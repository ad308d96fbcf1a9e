//! Dates in texts.

use super::*;

#[test]
fn ranges_of_all_kinds() {
    for (text, start, end) in [
        ("Aug 2021 – Present", 2021, None),
        ("September 2016 to August 2018", 2016, Some(2018)),
        ("2014-2017", 2014, Some(2017)),
        ("2014–17", 2014, Some(2017)),
        ("01/2014 - 12/2016", 2014, Some(2016)),
        ("01.02.2014 bis heute", 2014, None),
        ("2018-01 – 2020-01", 2018, Some(2020)),
        ("seit 03/2019", 2019, None),
        ("depuis septembre 2019", 2019, None),
        ("De marzo de 2015 a la actualidad", 2015, None),
        ("2018.03 – 至今", 2018, None),
        ("2015年7月至2018年2月", 2015, Some(2018)),
        ("2017年4月〜現在", 2017, None),
        ("2015 – наст. время", 2015, None),
        ("с мая 2015 по настоящее время", 2015, None),
        ("2018 - الآن", 2018, None),
        ("2019 – Hiện tại", 2019, None),
        ("Jan – Mar 2019", 2019, Some(2019)),
        ("2019 –", 2019, None),
        ("Jan '18 - Feb '20", 2018, Some(2020)),
        ("od stycznia 2018 do chwili obecnej", 2018, None),
        ("marzec 2012 – grudzień 2017", 2012, Some(2017)),
        ("Tháng 7/2016 – Tháng 2/2019", 2016, Some(2019)),
        ("Tháng 3/2019 – Nay", 2019, None),
        ("平成22年4月〜令和元年5月", 2010, Some(2019)),
        ("červenec 2015 – dosud", 2015, None),
        ("Engineer, Acme (May 2010 - June 2012), Paris", 2010, Some(2012)),
    ] {
        let found = find(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((found.start, found.end, found.is_range()), (start, end, true), "{text}");
    }
}

#[test]
fn single_dates() {
    let found = find("Graduated June 2018 with honours").unwrap();
    assert_eq!((found.start, found.is_range()), (2018, false));
    assert_eq!(find("Máster (2016)").unwrap().start, 2016);
    assert_eq!(find("2016年3月 卒業").unwrap().start, 2016);
    assert_eq!(find("平成22年3月 卒業").unwrap().start, 2010);
    assert_eq!(find("平成の大学"), None);
    assert!(is_only("平成22年4月"));
}

#[test]
fn numbers_that_are_no_dates() {
    for text in [
        "+49 30 12345678",
        "A4 paper, 2500 users",
        "room 20",
        "ana2019@example.org",
        "v2019",
    ] {
        assert_eq!(find(text), None, "{text}");
    }
}

#[test]
fn the_range_covers_what_it_says() {
    let text = "Engineer, Aug 2021 – Present, Remote";
    assert_eq!(&text[find(text).unwrap().range], "Aug 2021 – Present");
}
