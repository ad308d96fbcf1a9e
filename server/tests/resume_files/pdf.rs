//! Small PDFs, written byte by byte.

use std::fmt::Write as _;
use std::io::Write as _;

/// A PDF under construction: objects numbered from 1 in the order in which they are added.
pub struct Pdf {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

/// Numbers of the objects that every file has: the catalog, the page tree, one page, its content, a font.
const CONTENT: usize = 4;

impl Pdf {
    /// One A4 page with this content stream.
    pub fn page(content: &str) -> Self {
        Self::with_resources(content, "/Font << /F 5 0 R /B 6 0 R >>", "")
    }

    /// One A4 page with other resources and further entries of the page.
    pub fn with_resources(content: &str, resources: &str, page: &str) -> Self {
        let font =
            |name: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>");
        let mut pdf = Self {
            objects: Vec::new(),
            trailer: String::new(),
        };
        pdf.add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        pdf.add(&format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {CONTENT} 0 R /Resources << {resources} >> {page} >>"
        ));
        pdf.add_stream("", content.as_bytes());
        pdf.add(&font("Helvetica"));
        pdf.add(&font("Helvetica-Bold"));
        pdf
    }

    /// Adds an object and returns its number.
    pub fn add(&mut self, body: &str) -> usize {
        self.objects.push(body.as_bytes().to_vec());
        self.objects.len()
    }

    /// Adds a stream and returns its number.
    pub fn add_stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.objects.push(body);
        self.objects.len()
    }

    /// Puts another object in the place of number `at`.
    pub fn replace(&mut self, at: usize, body: &str) {
        self.objects[at - 1] = body.as_bytes().to_vec();
    }

    /// Puts a compressed stream of `times` repetitions of `piece` in the place of the page's content.
    pub fn inflate_content(&mut self, piece: &[u8], times: usize) {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        let block = piece.repeat(64 * 1024 / piece.len() + 1);
        let mut left = piece.len() * times;
        while left > 0 {
            let part = left.min(block.len());
            packer.write_all(&block[..part]).unwrap();
            left -= part;
        }
        let data = packer.finish().unwrap();
        let last = self.add_stream("/Filter /FlateDecode", &data);
        self.objects.swap(CONTENT - 1, last - 1);
    }

    /// Entries of the trailer besides the necessary ones.
    pub fn trailer(&mut self, entries: &str) {
        entries.clone_into(&mut self.trailer);
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = b"%PDF-1.5\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (number, object) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
            writeln!(file, "{} 0 obj", number + 1).unwrap();
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        write!(
            file,
            "{table}trailer\n<< /Size {size} /Root 1 0 R {} >>\nstartxref\n{start}\n%%EOF\n",
            self.trailer
        )
        .unwrap();
        file
    }
}

/// Lines of text under each other, the first one large.
pub fn lines(lines: &[&str]) -> String {
    let mut content = String::from("BT /B 22 Tf 50 780 Td 16 TL\n");
    for (number, line) in lines.iter().enumerate() {
        if number == 1 {
            content.push_str("/F 11 Tf 0 -12 Td\n");
        }
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        writeln!(content, "({escaped}) Tj T*").unwrap();
    }
    content.push_str("ET\n");
    content
}

/// A short resume.
pub fn resume() -> String {
    lines(&[
        "Ana Lima",
        "ana.lima@example.org | +351 912 345 678",
        "Experience",
        "Data Engineer, Northwind Analytics Ltd, Mar 2019 - Present",
        "Built pipelines for two dozen teams",
        "Education",
        "University of Oporto",
        "BSc Informatics, 2015 - 2018",
    ])
}
