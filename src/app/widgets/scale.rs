//! Round numbers along an axis.

use super::super::train::facts::{duration, grouped, number, percent};
use crate::figure::scale::{decimal_step, multiples};

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

/// Round values between two, at most so many and one more.
pub fn ticks(unit: Unit, from: f64, to: f64, most: usize) -> Vec<f64> {
    multiples(from, to, most, |raw| match unit {
        Unit::Seconds => time_step(raw),
        Unit::Steps => decimal_step(raw).max(1.0),
        Unit::Share | Unit::Number => decimal_step(raw),
    })
}

fn time_step(raw: f64) -> f64 {
    const STEPS: [f64; 16] = [
        1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0,
        86_400.0, 172_800.0,
    ];
    STEPS.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / 86_400.0).ceil() * 86_400.0)
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
    }

    #[test]
    fn ticks_are_written_short() {
        assert_eq!(Unit::Steps.tick(20_000.0), "20 k");
        assert_eq!(Unit::Number.tick(0.5), "0.5");
        assert_eq!(Unit::Number.tick(0.03), "0.03");
        assert_eq!(Unit::Share.tick(0.25), "25 %");
    }
}
