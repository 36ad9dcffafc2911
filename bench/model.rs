//! How long a migration takes, as a calculation: as fast as the quota allows, and with typical
//! sign-in frequencies.

use anyhow::Result;

use crate::Effort;
use crate::page::Section;
use crate::plot::{Axis, Line, Lines};
use crate::stats::grouped;

/// Cognito's default quota for UserAuthentication and for UserRead, per second.
const QUOTA: f64 = 120.0;

/// A share of all users, and how many of these users sign in per day.
const HABITS: [(f64, f64); 3] = [(0.2, 0.5), (0.5, 1.0 / 7.0), (0.3, 1.0 / 30.0)];

/// The share of a day's sign-ins in each of its hours. The busiest hour has a tenth.
const HOURS: [f64; 24] = [
    0.010, 0.006, 0.004, 0.004, 0.006, 0.012, 0.024, 0.044, 0.062, 0.068, 0.064, 0.058, 0.056,
    0.054, 0.052, 0.050, 0.052, 0.058, 0.072, 0.100, 0.062, 0.040, 0.026, 0.016,
];

/// The shares of migrated users whose times are calculated.
const SHARES: [f64; 3] = [0.5, 0.9, 0.99];

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// The course of a migration with this number of users.
struct Course {
    users: f64,
    at_best: f64,
    /// Sign-ins per second of users who haven't been migrated, in the busiest hour.
    busiest: f64,
    /// Seconds until each of [`SHARES`] has been migrated.
    moved: [f64; 3],
    /// Throttled sign-ins until the last share has been migrated.
    late: f64,
}

impl Course {
    /// Hour by hour: users who sign in are migrated until the quota is used up. The others try
    /// again at their next sign-in.
    fn of(users: f64) -> Self {
        let mut left = HABITS.map(|(share, _)| share * users);
        let total: f64 = HOURS.iter().sum();
        let (mut busiest, mut moved, mut late) = (0.0_f64, [f64::NAN; 3], 0.0);
        for hour in 0_u32.. {
            let of_day = HOURS[hour as usize % HOURS.len()] / total;
            let mut come = [0.0; 3];
            for ((come, left), (_, a_day)) in come.iter_mut().zip(left).zip(HABITS) {
                *come = left * a_day * of_day;
            }
            let all: f64 = come.iter().sum();
            busiest = busiest.max(all / HOUR);
            let pass = (QUOTA * HOUR / all).min(1.0);
            late += all * (1.0 - pass);
            for (left, come) in left.iter_mut().zip(come) {
                *left -= come * pass;
            }
            let gone = 1.0 - left.iter().sum::<f64>() / users;
            for (when, share) in moved.iter_mut().zip(SHARES) {
                if when.is_nan() && gone >= share {
                    *when = f64::from(hour + 1) * HOUR;
                }
            }
            if !moved[2].is_nan() {
                break;
            }
        }
        Self {
            users,
            at_best: users / QUOTA,
            busiest,
            moved,
            late,
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all parts have the same signature"
)]
pub fn measure(_effort: Effort) -> Result<Section> {
    let courses = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8].map(Course::of);
    let mut section = Section::new("Duration of a migration");
    let habits = HABITS.map(|(share, a_day)| {
        format!(
            "{:.0} % sign in every {:.0} days",
            share * 100.0,
            1.0 / a_day
        )
    });
    section.say(&format!(
        "This is a calculation, not a measurement. The column *minimum* assumes {QUOTA:.0} users per second without a \
         pause. This is Cognito's default quota, and you can request an increase. The percent columns show the time \
         until this share of the users is migrated, with typical use: {}, each at a random time, with a tenth of a \
         day's sign-ins in the busiest hour. Users who sign in when the quota is used up try again at their next \
         sign-in. Users who are signed in already need to sign in when their refresh token expires.",
        habits.join(", ")
    ));
    let rows: Vec<_> = courses
        .iter()
        .map(|course| {
            let [half, most, nearly] = course.moved.map(span);
            [
                grouped(course.users, 0),
                span(course.at_best),
                half,
                most,
                nearly,
                format!("{:.2} per second", course.busiest),
                format!(
                    "{:.1} %",
                    100.0 * course.late / (course.late + course.users)
                ),
            ]
        })
        .collect();
    section.table(
        [
            "users",
            "minimum",
            "50 % migrated",
            "90 % migrated",
            "99 % migrated",
            "busiest hour",
            "throttled",
        ],
        &rows,
    );
    section.plot("model.svg", "Duration of a migration", drawn(&courses));
    Ok(section)
}

fn drawn(courses: &[Course]) -> String {
    let line = |name: &str, dashed, of: &dyn Fn(&Course) -> f64| Line {
        name: name.to_owned(),
        dashed,
        points: courses
            .iter()
            .map(|course| (course.users, of(course)))
            .collect(),
    };
    let named = |marks: &[(f64, &str)]| marks.iter().map(|one| (one.0, one.1.to_owned())).collect();
    Lines {
        title: "Duration of a migration",
        x: Axis {
            name: "users in the pool",
            from: 1e3,
            to: 1e8,
            logarithmic: true,
            marks: named(&[
                (1e3, "1,000"),
                (1e4, "10,000"),
                (1e5, "100,000"),
                (1e6, "1 million"),
                (1e7, "10 million"),
                (1e8, "100 million"),
            ]),
        },
        y: Axis {
            name: "time",
            from: 5.0,
            to: DAY * 365.0,
            logarithmic: true,
            marks: named(&[
                (10.0, "10 s"),
                (60.0, "1 min"),
                (600.0, "10 min"),
                (HOUR, "1 h"),
                (10.0 * HOUR, "10 h"),
                (DAY, "1 day"),
                (7.0 * DAY, "1 week"),
                (30.0 * DAY, "30 days"),
                (365.0 * DAY, "1 year"),
            ]),
        },
        drawn: vec![
            line("99 %, typical use", false, &|course| course.moved[2]),
            line("90 %, typical use", false, &|course| course.moved[1]),
            line("50 %, typical use", false, &|course| course.moved[0]),
            line("100 %, at the quota", true, &|course| course.at_best),
        ],
    }
    .draw()
}

/// A time in a suitable unit.
fn span(seconds: f64) -> String {
    let (unit, name) = match seconds {
        ..60.0 => (1.0, "s"),
        ..HOUR => (60.0, "min"),
        ..DAY => (HOUR, "h"),
        _ => (DAY, "days"),
    };
    let value = seconds / unit;
    format!("{value:.*} {name}", usize::from(value < 10.0))
}
