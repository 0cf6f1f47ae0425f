//! Round numbers along an axis.

use super::super::train::facts::{duration, grouped, number, percent};

/// How the numbers of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Shares from 0 to 1, in percent.
    Share,
    /// Plain numbers.
    Number,
    /// Whole steps.
    Steps,
    /// Seconds, written in the unit that suits them.
    Seconds,
}

impl Unit {
    /// A value as text.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Share => percent(value as f32),
            Self::Number => number(value as f32),
            Self::Steps => grouped(value.max(0.0).round() as u64),
            Self::Seconds => duration(value),
        }
    }

    /// A tick as text: shorter.
    pub fn tick(self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.0} %", value * 100.0),
            Self::Number => {
                let text = number(value as f32);
                let short = if text.contains('.') && !text.contains('e') {
                    text.trim_end_matches('0').trim_end_matches('.')
                } else {
                    &text
                };
                short.to_owned()
            }
            Self::Steps if value >= 10_000.0 && value % 1000.0 == 0.0 => {
                format!("{} k", grouped((value / 1000.0) as u64))
            }
            Self::Steps | Self::Seconds => self.text(value),
        }
    }
}

/// Round values between two, at most so many.
pub fn ticks(unit: Unit, from: f64, to: f64, most: usize) -> Vec<f64> {
    let span = to - from;
    if span.is_nan() || span <= 0.0 || !span.is_finite() || most == 0 {
        return Vec::new();
    }
    let raw = span / most as f64;
    let step = if unit == Unit::Seconds { time_step(raw) } else { decimal_step(raw) };
    let step = if unit == Unit::Steps { step.max(1.0) } else { step };
    let first = (from / step - 1e-9).ceil();
    (0..=most).map(|i| (first + i as f64) * step).take_while(|value| *value <= to + step * 1e-9).collect()
}

/// The least of 1, 2, 5 times a power of ten that is not smaller.
fn decimal_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(raw)
}

fn time_step(raw: f64) -> f64 {
    const STEPS: [f64; 16] = [
        1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0,
        86_400.0, 172_800.0,
    ];
    STEPS.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / 86_400.0).ceil() * 86_400.0)
}

/// Values for a logarithmic axis between two powers of ten given as exponents: 1, and where there is room 2 and 5, times
/// powers of ten.
pub fn log_ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    let within = |exponent: &f64| (from..=to).contains(exponent);
    let powers = from.floor() as i32..=to.ceil() as i32;
    let values = |times: &[f64]| -> Vec<f64> {
        let all = powers.clone().flat_map(|power| times.iter().map(move |t| t * 10f64.powi(power)));
        all.filter(|value| within(&value.log10())).collect()
    };
    let [dense, sparse] = [values(&[1.0, 2.0, 5.0]), values(&[1.0])];
    if dense.len() <= most {
        dense
    } else if sparse.len() <= most {
        sparse
    } else {
        let every = sparse.len().div_ceil(most.max(1));
        sparse.into_iter().step_by(every).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(Unit::Number, 0.0, 1.0, 4), [0.0, 0.5, 1.0]);
        assert_eq!(ticks(Unit::Steps, 0.0, 3.0, 8), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(Unit::Seconds, 0.0, 7200.0, 4), [0.0, 1800.0, 3600.0, 5400.0, 7200.0]);
        assert!(ticks(Unit::Number, 1.0, 1.0, 4).is_empty() && ticks(Unit::Number, f64::NAN, 1.0, 4).is_empty());
        assert_eq!(log_ticks(-2.0, 0.0, 4), [0.01, 0.1, 1.0]);
        assert_eq!(log_ticks(-0.3, 0.4, 6), [1.0, 2.0]);
        assert!(log_ticks(-30.0, 0.0, 4).len() <= 4);
    }

    #[test]
    fn ticks_are_written_short() {
        assert_eq!(Unit::Steps.tick(20_000.0), "20 k");
        assert_eq!(Unit::Number.tick(0.5), "0.5");
        assert_eq!(Unit::Number.tick(0.03), "0.03");
        assert_eq!(Unit::Share.tick(0.25), "25 %");
    }
}
