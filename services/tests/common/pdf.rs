//! Small PDFs that tests make themselves.

/// A PDF of one page with these lines, the first one larger.
pub fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from("BT 56 780 Td 16 TL\n");
    for (number, line) in lines.iter().enumerate() {
        let size = if number == 0 { 20 } else { 11 };
        let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        text.push_str(&format!("/F1 {size} Tf ({line}) Tj T*\n"));
    }
    text.push_str("ET");
    of_objects(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ])
}

/// A PDF whose page is a picture: like a scan, there is no text in it.
pub fn without_text() -> Vec<u8> {
    of_objects(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im1 5 0 R >> >> >>"
            .to_owned(),
        "<< /Length 32 >>\nstream\nq 595 0 0 842 0 0 cm /Im1 Do Q  \nendstream".to_owned(),
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\n\
         stream\nA\nendstream"
            .to_owned(),
    ])
}

fn of_objects(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

/// The resume of somebody.
pub fn resume(name: &str, email: &str) -> Vec<u8> {
    pdf(&[
        name,
        email,
        "+49 30 1234567",
        "",
        "Work Experience",
        "Software Engineer, Acme GmbH",
        "2019 - 2023",
        "",
        "Education",
        "BSc Computer Science, University of Hamburg",
        "2015 - 2019",
    ])
}
