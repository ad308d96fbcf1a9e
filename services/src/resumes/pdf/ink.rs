//! Which strings of a page nobody can see.
//!
//! It follows what a content stream paints, as far as that needs no fonts: where each string begins, how large, in which
//! colour, under which clip, and what rectangles and pictures are painted under and over it. A string is hidden when it is
//! drawn in an invisible mode or without opacity, smaller than can be read, off the page or its clip, in the colour of
//! what lies under it, or covered by what is painted later. In doubt it is visible.

use super::paint::{Area, Backdrop, Colour, Matrix, PAPER, Paint, Path, distinct};
use super::tokens::{Token, Tokens};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// Letters smaller than this cannot be read, in points.
const UNREADABLE: f32 = 2.0;
/// Forms within forms that are followed.
const DEPTH_MAX: usize = 6;
/// Forms of one page that are followed.
const FORMS_MAX: usize = 200;

/// What a stream can name.
#[derive(Debug, Default)]
pub struct Scope {
    /// Opacity of fills by name of the graphics state, where it sets one.
    pub opacities: HashMap<Vec<u8>, f32>,
    /// Pictures and forms by name.
    pub objects: HashMap<Vec<u8>, External>,
    /// Names of colour spaces of which one number says how light a colour is: not a spot ink, not a palette.
    pub greys: HashSet<Vec<u8>>,
}

impl Scope {
    fn is_grey(&self, space: &[u8]) -> bool {
        space == b"DeviceGray" || self.greys.contains(space)
    }
}

/// Something that `Do` paints.
#[derive(Debug)]
pub enum External {
    /// A picture; whether nothing shines through it.
    Picture {
        /// It has no mask.
        opaque: bool,
    },
    /// A stream of its own.
    Form(u32),
}

/// A form: its stream, its matrix and what it can name. No scope of its own: that of the stream that paints it.
#[derive(Debug)]
pub struct Form {
    /// What it paints.
    pub stream: Vec<u8>,
    /// From its space to that of the painter.
    pub matrix: Matrix,
    /// What it can name.
    pub scope: Option<Scope>,
}

/// Finds forms by the number of [`External::Form`].
pub trait Forms {
    /// The form, if it can be read.
    fn form(&self, number: u32) -> Option<Form>;
}

/// What was found out about a page.
#[derive(Debug, Default)]
pub struct Seen {
    /// Strings of the page's own stream that are hidden.
    pub hidden: Vec<Range<usize>>,
    /// Where hidden strings of forms begin, in page space.
    pub hidden_points: Vec<(f32, f32)>,
    /// Where visible strings begin, in page space, and the size of their letters.
    pub visible: Vec<(f32, f32, f32)>,
    /// The largest part of the page that one picture covers, from 0 to 1.
    pub picture: f32,
}

#[derive(Debug, Clone)]
struct State {
    ctm: Matrix,
    clip: Area,
    fill: Colour,
    stroke: Colour,
    /// Whether one number is a colour to fill with, and to stroke with.
    greys: (bool, bool),
    opacity: f32,
    mode: u8,
    size: f32,
    leading: f32,
    rise: f32,
}

/// A string that was painted.
#[derive(Debug)]
struct Shown {
    range: Range<usize>,
    in_form: bool,
    from: (f32, f32),
    size: f32,
    /// A point well inside the first letter.
    inside: (f32, f32),
    outright: bool,
    colour: Colour,
    order: usize,
}

struct Follower<'a> {
    forms: &'a dyn Forms,
    page: Area,
    shown: Vec<Shown>,
    paints: Vec<Paint>,
    order: usize,
    followed: usize,
    picture: f32,
}

/// Looks at a page.
#[must_use]
pub fn look(stream: &[u8], scope: &Scope, forms: &dyn Forms, page: Area) -> Seen {
    let mut follower = Follower {
        forms,
        page,
        shown: Vec::new(),
        paints: Vec::new(),
        order: 0,
        followed: 0,
        picture: 0.0,
    };
    let state = State {
        ctm: Matrix::default(),
        clip: page,
        fill: Some([0.0; 3]),
        stroke: Some([0.0; 3]),
        greys: (true, true),
        opacity: 1.0,
        mode: 0,
        size: 0.0,
        leading: 0.0,
        rise: 0.0,
    };
    follower.follow(stream, scope, state, 0);
    follower.judge()
}

/// The stream with the strings at `ranges` emptied; every other byte stays where it is.
#[must_use]
pub fn blanked(mut stream: Vec<u8>, ranges: &[Range<usize>]) -> Vec<u8> {
    for range in ranges {
        let Some(string) = stream.get_mut(range.clone()) else {
            continue;
        };
        if let [first, middle @ .., last] = string {
            (*first, *last) = (b'(', b')');
            middle.fill(b'\n');
            // A line break in a string is a character of it: close it at once instead.
            if let Some(second) = middle.first_mut() {
                *second = b')';
                *last = b'\n';
            }
        }
    }
    stream
}

impl Follower<'_> {
    fn follow(&mut self, stream: &[u8], scope: &Scope, initial: State, depth: usize) {
        let mut run = Run {
            state: initial,
            saved: Vec::new(),
            text: Matrix::default(),
            line: Matrix::default(),
            path: Path::default(),
            clipping: false,
            operands: Vec::new(),
            strings: Vec::new(),
            name: Vec::new(),
        };
        let mut tokens = Tokens::new(stream);
        while let Some(token) = tokens.next() {
            let ends = matches!(token, Token::Operator(_));
            match token {
                Token::Number(number) => run.operands.push(number),
                Token::Name(name) => run.name = name.to_vec(),
                Token::Text(range) => run.strings.push(range),
                Token::Open | Token::Close | Token::Dictionary => {}
                Token::Operator(b"ID") => tokens.skip_image(),
                Token::Operator(b"Do") => self.paint_object(&run, scope, depth),
                Token::Operator(b"gs") => {
                    run.state.opacity = scope.opacities.get(&run.name).copied().unwrap_or(run.state.opacity);
                }
                Token::Operator(b"cs") => {
                    (run.state.fill, run.state.greys.0) = (Some([0.0; 3]), scope.is_grey(&run.name));
                }
                Token::Operator(b"CS") => {
                    (run.state.stroke, run.state.greys.1) = (Some([0.0; 3]), scope.is_grey(&run.name));
                }
                Token::Operator(operator) => self.operator(operator, &mut run, depth > 0),
            }
            if ends {
                run.operands.clear();
                run.strings.clear();
            }
            // No operator takes this many: the stream is damaged.
            if run.operands.len() > 100_000 {
                run.operands.clear();
            }
        }
    }

    fn operator(&mut self, operator: &[u8], run: &mut Run, in_form: bool) {
        match operator {
            b"Tj" | b"TJ" => self.show(run, in_form),
            b"'" | b"\"" => {
                run.next_line();
                self.show(run, in_form);
            }
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" => {
                self.fill(run);
                run.end_path();
            }
            b"S" | b"s" | b"n" => run.end_path(),
            b"sh" => {
                let area = run.state.clip;
                self.paint(area, Backdrop::Unknown, false);
            }
            _ => run.operator(operator),
        }
    }

    fn paint(&mut self, area: Area, backdrop: Backdrop, exact: bool) {
        self.order += 1;
        let area = area.within(self.page);
        if !area.is_empty() {
            self.paints.push(Paint {
                area,
                backdrop,
                exact,
                order: self.order,
            });
        }
    }

    fn fill(&mut self, run: &Run) {
        let state = &run.state;
        if state.opacity < 0.05 {
            return;
        }
        let (opaque, upright) = (state.opacity > 0.98, state.ctm.is_upright());
        let backdrop = match state.fill {
            Some(colour) if opaque => Backdrop::Colour(colour),
            _ => Backdrop::Unknown,
        };
        for (area, rectangle) in &run.path.areas {
            let area = state.ctm.area(*area).within(state.clip);
            self.paint(
                area,
                backdrop,
                *rectangle && upright && opaque && run.path.areas.len() < 50,
            );
        }
    }

    fn paint_object(&mut self, run: &Run, scope: &Scope, depth: usize) {
        match scope.objects.get(&run.name) {
            Some(External::Picture { opaque }) => {
                let state = &run.state;
                let area = state.ctm.area(Area::UNIT).within(state.clip);
                self.picture = self.picture.max(area.size() / self.page.size().max(1.0));
                let exact = *opaque && state.opacity > 0.98 && state.ctm.is_upright();
                self.paint(area, Backdrop::Unknown, exact);
            }
            Some(External::Form(number)) if depth < DEPTH_MAX && self.followed < FORMS_MAX => {
                self.followed += 1;
                if let Some(form) = self.forms.form(*number) {
                    let mut state = run.state.clone();
                    state.ctm = form.matrix.then(state.ctm);
                    self.follow(&form.stream, form.scope.as_ref().unwrap_or(scope), state, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn show(&mut self, run: &Run, in_form: bool) {
        let state = &run.state;
        let to_page = run.text.then(state.ctm);
        let size = state.size * to_page.scale();
        let from = to_page.point(0.0, state.rise);
        let inside = to_page.point(0.25 * state.size, state.rise + 0.3 * state.size);
        let colour = if state.mode % 4 == 1 { state.stroke } else { state.fill };
        for range in &run.strings {
            // Widths are in the fonts; half an em a letter is near enough to tell whether any of it is on the page.
            let end = to_page.point(0.5 * state.size * range.len() as f32, state.rise + 0.7 * state.size);
            let outright = matches!(state.mode, 3 | 7)
                || state.opacity < 0.05
                || (state.size != 0.0 && size < UNREADABLE)
                || !Area::between(from, end).touches(state.clip);
            self.order += 1;
            self.shown.push(Shown {
                range: range.clone(),
                in_form,
                from,
                size,
                inside,
                outright,
                colour,
                order: self.order,
            });
        }
    }

    fn judge(self) -> Seen {
        let mut seen = Seen {
            picture: self.picture,
            ..Seen::default()
        };
        for shown in &self.shown {
            if !(shown.outright || self.covered(shown) || self.camouflaged(shown)) {
                seen.visible.push((shown.from.0, shown.from.1, shown.size));
            } else if shown.in_form {
                seen.hidden_points.push(shown.from);
            } else {
                seen.hidden.push(shown.range.clone());
            }
        }
        seen
    }

    fn covered(&self, shown: &Shown) -> bool {
        let later = self.paints.partition_point(|paint| paint.order < shown.order);
        self.paints[later..]
            .iter()
            .any(|paint| paint.exact && paint.area.holds(shown.inside))
    }

    /// Whether it has the colour of what lies under it, whatever that may be.
    fn camouflaged(&self, shown: &Shown) -> bool {
        let Some(colour) = shown.colour else { return false };
        let later = self.paints.partition_point(|paint| paint.order < shown.order);
        for paint in self.paints[..later]
            .iter()
            .rev()
            .filter(|paint| paint.area.holds(shown.inside))
        {
            match paint.backdrop {
                Backdrop::Unknown => return false,
                Backdrop::Colour(under) if distinct(colour, under) => return false,
                Backdrop::Colour(_) if paint.exact => return true,
                Backdrop::Colour(_) => {}
            }
        }
        !distinct(colour, PAPER)
    }
}

/// One stream being followed.
struct Run {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    path: Path,
    clipping: bool,
    operands: Vec<f32>,
    strings: Vec<Range<usize>>,
    name: Vec<u8>,
}

impl Run {
    /// The last `N` operands.
    fn last<const N: usize>(&self) -> Option<[f32; N]> {
        let from = self.operands.len().checked_sub(N)?;
        self.operands[from..].try_into().ok()
    }

    fn next_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }

    fn move_line(&mut self, x: f32, y: f32) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.line);
        self.text = self.line;
    }

    fn end_path(&mut self) {
        self.path.close();
        if std::mem::take(&mut self.clipping) {
            let hull = self.path.areas.iter().map(|(area, _)| *area).reduce(Area::join);
            // An empty path clips everything away.
            let hull = hull.map_or(Area::default(), |hull| self.state.ctm.area(hull));
            self.state.clip = self.state.clip.within(hull);
        }
        self.path.areas.clear();
    }

    fn operator(&mut self, operator: &[u8]) {
        match operator {
            b"q" if self.saved.len() < 1000 => self.saved.push(self.state.clone()),
            b"Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                if let Some(matrix) = self.last() {
                    self.state.ctm = Matrix(matrix).then(self.state.ctm);
                }
            }
            b"W" | b"W*" => self.clipping = true,
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" => self.path_operator(operator),
            b"g" | b"rg" | b"k" => {
                self.state.greys.0 = operator == b"g";
                self.state.fill = self.colour(self.state.greys.0);
            }
            b"G" | b"RG" | b"K" => {
                self.state.greys.1 = operator == b"G";
                self.state.stroke = self.colour(self.state.greys.1);
            }
            b"sc" | b"scn" => self.state.fill = self.colour(self.state.greys.0),
            b"SC" | b"SCN" => self.state.stroke = self.colour(self.state.greys.1),
            _ => self.text_operator(operator),
        }
    }

    fn path_operator(&mut self, operator: &[u8]) {
        match operator {
            b"m" => self.path.close(),
            b"h" => return self.path.close(),
            b"re" => {
                if let Some([x, y, width, height]) = self.last() {
                    self.path.close();
                    self.path
                        .areas
                        .push((Area::between((x, y), (x + width, y + height)), true));
                }
                return;
            }
            b"c" | b"v" | b"y" => self.path.curved = true,
            _ => {}
        }
        if self.path.points.len() < 10_000 {
            self.path
                .points
                .extend(self.operands.chunks_exact(2).map(|pair| (pair[0], pair[1])));
        }
    }

    /// The colour that the operands say; none where it takes more than them to know. `grey`: one number is enough.
    fn colour(&self, grey: bool) -> Colour {
        match self.operands[..] {
            [light] if grey => Some([light; 3]),
            [r, g, b] => Some([r, g, b]),
            [c, m, y, k] => Some([c, m, y].map(|ink| (1.0 - ink) * (1.0 - k))),
            _ => None,
        }
    }

    fn text_operator(&mut self, operator: &[u8]) {
        match operator {
            b"BT" => (self.text, self.line) = (Matrix::default(), Matrix::default()),
            b"Td" | b"TD" => {
                if let Some([x, y]) = self.last() {
                    if operator == b"TD" {
                        self.state.leading = -y;
                    }
                    self.move_line(x, y);
                }
            }
            b"T*" => self.next_line(),
            b"Tm" => {
                if let Some(matrix) = self.last() {
                    (self.text, self.line) = (Matrix(matrix), Matrix(matrix));
                }
            }
            _ => {
                let Some([value]) = self.last() else { return };
                match operator {
                    b"Tf" => self.state.size = value,
                    b"TL" => self.state.leading = value,
                    b"Ts" => self.state.rise = value,
                    b"Tr" => self.state.mode = value.clamp(0.0, 7.0) as u8,
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
