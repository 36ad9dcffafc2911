//! SVG charts for light and dark pages.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const STYLE: &str = "\
    text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}\
    .title{font-size:16px;font-weight:600}.group{font-weight:600}.soft{fill:#59636e}.small{font-size:12px}\
    .page{fill:#fff;stroke:#d1d9e0}.grid{stroke:#d1d9e0}.whisker{stroke:#1f2328;stroke-width:1.5}\
    .bar,.c1{fill:#9aa4af}.own{fill:#2f6feb}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}\
    .s0{stroke:#2f6feb}.s1{stroke:#d9730d}.s2{stroke:#1a7f37}.s3{stroke:#8250df}\
    .f0{fill:#2f6feb}.f1{fill:#b35900}.f2{fill:#1a7f37}.f3{fill:#8250df}.dash{stroke-dasharray:6 5}\
    @media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.page{fill:#0d1117;stroke:#3d444d}\
    .grid{stroke:#2a313c}.whisker{stroke:#e6edf3}.bar{fill:#656c76}.own{fill:#4c8dff}\
    .s0{stroke:#4c8dff}.s1{stroke:#f0883e}.s2{stroke:#3fb950}.s3{stroke:#b083f0}\
    .f0{fill:#6ea8ff}.f1{fill:#f0883e}.f2{fill:#3fb950}.f3{fill:#b083f0}}";

fn page(height: f64, title: &str, drawn: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <rect class=\"page\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n\
         <text class=\"title\" x=\"24\" y=\"34\">{title}</text>\n{drawn}</svg>\n",
        WIDTH - 1.0,
        height - 1.0
    )
}

fn text(drawn: &mut String, class: &str, (x, y): (f64, f64), anchor: &str, words: &str) {
    let _ = writeln!(
        drawn,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
    );
}

fn line(drawn: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        drawn,
        "<path class=\"{class}\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

/// Horizontal bars that start at zero, in groups. Each has a spread and a value.
pub struct Bars {
    title: String,
    unit: String,
    all: Vec<Bar>,
}

struct Bar {
    group: String,
    name: String,
    /// The median, and both ends of the spread.
    places: [f64; 3],
    figure: String,
    own: bool,
}

impl Bars {
    pub fn new(title: &str, unit: &str) -> Self {
        Self {
            title: title.to_owned(),
            unit: unit.to_owned(),
            all: Vec::new(),
        }
    }

    pub fn bar(&mut self, group: &str, name: &str, places: [f64; 3], figure: &str, own: bool) {
        self.all.push(Bar {
            group: group.to_owned(),
            name: name.to_owned(),
            places,
            figure: figure.to_owned(),
            own,
        });
    }

    pub fn draw(&self) -> String {
        const LEFT: f64 = 210.0;
        const RIGHT: f64 = WIDTH - 110.0;
        let most = self
            .all
            .iter()
            .flat_map(|bar| bar.places)
            .fold(0.0, f64::max);
        let step = step(most);
        let at = |value: f64| LEFT + (RIGHT - LEFT) * value / most;
        let (mut marks, mut y, mut group) = (String::new(), 50.0, "");
        for bar in &self.all {
            if bar.group != group {
                y += 26.0;
                group = &bar.group;
                text(&mut marks, "group", (24.0, y), "start", group);
                y += 10.0;
            }
            let [median, low, high] = bar.places.map(at);
            let class = if bar.own { "own" } else { "bar" };
            text(&mut marks, "", (LEFT - 12.0, y + 15.0), "end", &bar.name);
            let _ = writeln!(
                marks,
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"20\" rx=\"2\"/>",
                (median - LEFT).max(1.5)
            );
            if high - low > 2.0 {
                line(&mut marks, "whisker", (low, y + 10.0), (high, y + 10.0));
                for end in [low, high] {
                    line(&mut marks, "whisker", (end, y + 6.0), (end, y + 14.0));
                }
            }
            let figure = (median.max(high) + 8.0, y + 15.0);
            text(
                &mut marks,
                if bar.own { "group" } else { "" },
                figure,
                "start",
                &bar.figure,
            );
            y += 27.0;
        }
        let mut drawn = String::new();
        let mut value = 0.0;
        while value <= most {
            let x = at(value);
            line(&mut drawn, "grid", (x, 54.0), (x, y + 4.0));
            text(
                &mut drawn,
                "soft small",
                (x, y + 22.0),
                "middle",
                &short(value),
            );
            value += step;
        }
        let unit = format!("{}; the bar is the median, the line p10–p90", self.unit);
        text(&mut drawn, "soft small", (LEFT, y + 42.0), "start", &unit);
        page(y + 58.0, &self.title, &(drawn + &marks))
    }
}

/// The distance between marks: 1, 2 or 5 times a power of ten, for at most seven marks.
fn step(most: f64) -> f64 {
    let tens = 10_f64.powf((most / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|one| one * tens);
    steps
        .into_iter()
        .find(|step| most / step <= 7.0)
        .unwrap_or(most)
}

fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An axis of a chart.
pub struct Axis {
    pub name: &'static str,
    pub from: f64,
    pub to: f64,
    pub logarithmic: bool,
    pub marks: Vec<(f64, String)>,
}

impl Axis {
    /// The position of a value on the axis, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { value.ln() } else { value };
        let (from, to) = (scale(self.from), scale(self.to));
        (scale(value.clamp(self.from, self.to)) - from) / (to - from)
    }
}

/// A line chart. Each line has its name at its end.
pub struct Lines {
    pub title: &'static str,
    pub x: Axis,
    pub y: Axis,
    pub drawn: Vec<Line>,
}

/// A line. A dashed line is the theoretical limit.
pub struct Line {
    pub name: String,
    pub dashed: bool,
    pub points: Vec<(f64, f64)>,
}

impl Lines {
    pub fn draw(&self) -> String {
        const HEIGHT: f64 = 430.0;
        let ((left, right), (top, bottom)) = ((84.0, WIDTH - 176.0), (84.0, HEIGHT - 62.0));
        let x = |value| left + (right - left) * self.x.place(value);
        let y = |value| bottom - (bottom - top) * self.y.place(value);
        let mut drawn = String::new();
        for (value, name) in &self.x.marks {
            line(&mut drawn, "grid", (x(*value), top), (x(*value), bottom));
            text(
                &mut drawn,
                "soft small",
                (x(*value), bottom + 20.0),
                "middle",
                name,
            );
        }
        for (value, name) in &self.y.marks {
            line(&mut drawn, "grid", (left, y(*value)), (right, y(*value)));
            text(
                &mut drawn,
                "soft small",
                (left - 10.0, y(*value) + 4.0),
                "end",
                name,
            );
        }
        let middle = f64::midpoint(left, right);
        text(
            &mut drawn,
            "soft small",
            (middle, bottom + 44.0),
            "middle",
            self.x.name,
        );
        text(&mut drawn, "soft small", (24.0, 58.0), "start", self.y.name);
        for (place, line) in self.drawn.iter().enumerate() {
            let points: Vec<_> = line
                .points
                .iter()
                .map(|point| format!("{:.1} {:.1}", x(point.0), y(point.1)))
                .collect();
            let dash = if line.dashed { " dash" } else { "" };
            let _ = writeln!(
                drawn,
                "<path class=\"line s{place}{dash}\" d=\"M{}\"/>",
                points.join("L")
            );
        }
        for ((place, line), height) in self.drawn.iter().enumerate().zip(self.name_heights(y)) {
            let class = format!("f{place}");
            text(
                &mut drawn,
                &class,
                (right + 10.0, height),
                "start",
                &line.name,
            );
        }
        page(HEIGHT, self.title, &drawn)
    }

    /// The heights of the line names at the ends of the lines, spaced so that they don't overlap.
    fn name_heights(&self, y: impl Fn(f64) -> f64) -> Vec<f64> {
        let end = |line: &Line| line.points.last().map_or(0.0, |point| y(point.1) + 4.0);
        let mut heights: Vec<_> = self.drawn.iter().map(end).enumerate().collect();
        heights.sort_by(|one, other| one.1.total_cmp(&other.1));
        for place in 1..heights.len() {
            let least = heights[place - 1].1 + 17.0;
            heights[place].1 = heights[place].1.max(least);
        }
        heights.sort_by_key(|height| height.0);
        heights.into_iter().map(|height| height.1).collect()
    }
}
