// Small PDFs, made here: what they hold is known exactly.

/** A page of these lines in Helvetica, the first one larger. */
export function pdf(lines: string[]): Buffer {
  const escaped = lines.map((line, index) => `/F1 ${index === 0 ? 20 : 11} Tf (${line.replace(/[\\()]/g, '\\$&')}) Tj T*`);
  const text = `BT 56 780 Td 16 TL\n${escaped.join('\n')}\nET`;
  return ofObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]);
}

/** A page that is a picture: a scan has no text. */
export function scan(): Buffer {
  const drawing = 'q 595 0 0 842 0 0 cm /Im1 Do Q';
  return ofObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im1 5 0 R >> >> >>',
    `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
    '<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\nA\nendstream',
  ]);
}

function ofObjects(objects: string[]): Buffer {
  let file = '%PDF-1.4\n';
  const places: number[] = [];
  objects.forEach((object, index) => {
    places.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

/** Somebody's resume. */
export function resume(name: string, email: string): Buffer {
  return pdf([
    name,
    email,
    '+49 30 1234567',
    '',
    'Work Experience',
    'Software Engineer, Acme GmbH',
    '2019 - 2023',
    '',
    'Education',
    'BSc Computer Science, University of Hamburg',
    '2015 - 2019',
  ]);
}

/** As a file that is chosen in a dialog. */
export const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/pdf', buffer });
