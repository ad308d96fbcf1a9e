//! Areas, matrices and colours of a page: the arithmetic under [`super::ink`].

/// Red, green and blue from 0 to 1; none where it cannot be known (patterns, spot inks).
pub type Colour = Option<[f32; 3]>;

/// What a page is before anything is painted.
pub const PAPER: [f32; 3] = [1.0; 3];

/// Whether letters of one colour can be seen on the other.
#[must_use]
pub fn distinct(one: [f32; 3], other: [f32; 3]) -> bool {
    let light = |colour: [f32; 3]| 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
    let (a, b) = (light(one) + 0.05, light(other) + 0.05);
    let apart = one.iter().zip(other).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
    apart > 0.2 || (a.max(b) / a.min(b)) > 1.15
}

fn linear(channel: f32) -> f32 {
    let channel = channel.clamp(0.0, 1.0);
    if channel <= 0.04 {
        channel / 12.92
    } else {
        ((channel + 0.055) / 1.055).powf(2.4)
    }
}

/// An upright rectangle in page space, whose y grows upwards.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Area {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
}

impl Area {
    /// Where a picture is painted before its matrix.
    pub const UNIT: Self = Self::new(0.0, 0.0, 1.0, 1.0);

    /// From its corners, the lower left one first.
    #[must_use]
    pub const fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// From any two opposite corners.
    #[must_use]
    pub fn between(a: (f32, f32), b: (f32, f32)) -> Self {
        Self::new(a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1))
    }

    /// The smallest that holds all points.
    #[must_use]
    pub fn around(points: &[(f32, f32)]) -> Option<Self> {
        points
            .iter()
            .map(|point| Self::between(*point, *point))
            .reduce(Self::join)
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self::new(
            self.x0.min(other.x0),
            self.y0.min(other.y0),
            self.x1.max(other.x1),
            self.y1.max(other.y1),
        )
    }

    /// What both have in common; empty if nothing.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        let (x0, y0) = (self.x0.max(other.x0), self.y0.max(other.y0));
        let (x1, y1) = (self.x1.min(other.x1), self.y1.min(other.y1));
        if x1 <= x0 || y1 <= y0 {
            Self::new(x0, y0, x0, y0)
        } else {
            Self::new(x0, y0, x1, y1)
        }
    }

    /// Whether nothing fits in.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.x1 <= self.x0 || self.y1 <= self.y0
    }

    /// In square points.
    #[must_use]
    pub fn size(self) -> f32 {
        (self.x1 - self.x0) * (self.y1 - self.y0)
    }

    /// Whether a point lies in it.
    #[must_use]
    pub fn holds(self, (x, y): (f32, f32)) -> bool {
        self.x0 <= x && x <= self.x1 && self.y0 <= y && y <= self.y1
    }

    /// Whether they have a point in common.
    #[must_use]
    pub fn touches(self, other: Self) -> bool {
        !other.is_empty() && self.x0 <= other.x1 && other.x0 <= self.x1 && self.y0 <= other.y1 && other.y0 <= self.y1
    }
}

/// An affine transformation, as PDF writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix(pub [f32; 6]);

impl Default for Matrix {
    fn default() -> Self {
        Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    }
}

impl Matrix {
    /// This one first, then `next`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [na, nb, nc, nd, ne, nf]) = (self.0, next.0);
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    /// Where a point comes to lie.
    #[must_use]
    pub fn point(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (x * a + y * c + e, x * b + y * d + f)
    }

    /// The smallest upright rectangle that holds the transformed one.
    #[must_use]
    pub fn area(self, area: Area) -> Area {
        let corners = [
            (area.x0, area.y0),
            (area.x1, area.y0),
            (area.x0, area.y1),
            (area.x1, area.y1),
        ];
        let corners = corners.map(|(x, y)| self.point(x, y));
        Area::around(&corners).unwrap_or_default()
    }

    /// Whether upright rectangles stay so.
    #[must_use]
    pub fn is_upright(self) -> bool {
        let [a, b, c, d, ..] = self.0;
        (b.abs() < 1e-3 && c.abs() < 1e-3) || (a.abs() < 1e-3 && d.abs() < 1e-3)
    }

    /// How much it enlarges the height of letters.
    #[must_use]
    pub fn scale(self) -> f32 {
        self.0[2].hypot(self.0[3])
    }
}

/// What lies under or over text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Backdrop {
    /// One colour.
    Colour([f32; 3]),
    /// A picture, a pattern, something that shines through.
    Unknown,
}

/// Something that was painted and is not text.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Where; the smallest rectangle that holds it.
    pub area: Area,
    /// What.
    pub backdrop: Backdrop,
    /// It fills its area to the edges, and nothing shines through.
    pub exact: bool,
    /// Its turn among everything that was painted.
    pub order: usize,
}

/// The path under construction.
#[derive(Debug, Default)]
pub struct Path {
    /// Its parts, and whether each is an upright rectangle.
    pub areas: Vec<(Area, bool)>,
    /// Of the part under construction.
    pub points: Vec<(f32, f32)>,
    /// Whether that part has curves.
    pub curved: bool,
}

impl Path {
    /// Ends the part under construction.
    pub fn close(&mut self) {
        if let Some(area) = Area::around(&self.points) {
            // Four or five points, each step along one axis.
            let straight = self.points.windows(2).all(|step| {
                let (a, b) = (step[0], step[1]);
                (a.0 - b.0).abs() < 0.01 || (a.1 - b.1).abs() < 0.01
            });
            let rectangle = !self.curved && straight && matches!(self.points.len(), 4 | 5);
            self.areas.push((area, rectangle));
        }
        self.points.clear();
        self.curved = false;
    }
}
