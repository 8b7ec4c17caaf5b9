//! Sets of months, and what a tariff calls them.

/// Months of a year.
pub(super) const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Their last days, 29 February among them.
const LAST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// The longest name that a tariff takes.
const MAX_NAME: usize = 32;

/// A set of months, January the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Months(u16);

impl Months {
    /// A whole year.
    pub(super) const ALL: Months = Months(0xfff);
    /// The last month.
    pub(super) const DECEMBER: Months = Months(1 << 11);

    /// Of the months for which this holds, counted from 0.
    pub(super) fn where_(holds: impl Fn(usize) -> bool) -> Self {
        Months((0..12).filter(|month| holds(*month)).fold(0, |set, month| set | 1 << month))
    }

    pub(super) fn has(self, month: usize) -> bool {
        self.0 & (1 << (month % 12)) != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn and(self, other: Months) -> Self {
        Months(self.0 & other.0)
    }

    pub(super) fn or(self, other: Months) -> Self {
        Months(self.0 | other.0)
    }

    pub(super) fn without(self, other: Months) -> Self {
        Months(self.0 & !other.0)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..12).filter(move |month| self.has(*month))
    }

    /// First and last months of what hangs together, December and January being neighbours.
    fn runs(self) -> Vec<(usize, usize)> {
        if self == Months::ALL {
            return vec![(0, 11)];
        }
        let begins = self.iter().filter(|month| !self.has(month + 11));
        let run = |first: usize| {
            (first, (first..first + 12).take_while(|month| self.has(*month)).last().unwrap_or(first) % 12)
        };
        begins.map(run).collect()
    }

    /// `jun_to_sep`
    pub(super) fn name(self) -> String {
        let short = |month: usize| NAMES[month][..3].to_lowercase();
        let run = |(first, last): (usize, usize)| match first == last {
            true => short(first),
            false => format!("{}_to_{}", short(first), short(last)),
        };
        let name = self.runs().into_iter().map(run).collect::<Vec<_>>().join("_and_");
        if name.len() <= MAX_NAME {
            return name;
        }
        let numbers: Vec<String> = self.iter().map(|month| (month + 1).to_string()).collect();
        format!("months_{}", numbers.join("_"))
    }

    /// `1 Jun to 30 Sep`
    pub(super) fn days(self) -> String {
        let run =
            |(first, last): (usize, usize)| format!("1 {} to {} {}", &NAMES[first][..3], LAST[last], &NAMES[last][..3]);
        self.runs().into_iter().map(run).collect::<Vec<_>>().join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(months: &[usize]) -> Months {
        Months::where_(|month| months.contains(&(month + 1)))
    }

    #[test]
    fn seasons_are_named_by_their_ends() {
        let cases = [
            (of(&[6, 7, 8, 9]), "jun_to_sep", "1 Jun to 30 Sep"),
            (of(&[10, 11, 12, 1, 2]), "oct_to_feb", "1 Oct to 29 Feb"),
            (of(&[1, 2]), "jan_to_feb", "1 Jan to 29 Feb"),
            (of(&[12]), "dec", "1 Dec to 31 Dec"),
            (of(&[3, 7, 8]), "mar_and_jul_to_aug", "1 Mar to 31 Mar and 1 Jul to 31 Aug"),
            (Months::ALL, "jan_to_dec", "1 Jan to 31 Dec"),
        ];
        for (months, name, days) in cases {
            assert_eq!((months.name().as_str(), months.days().as_str()), (name, days));
        }
    }

    #[test]
    fn names_are_short_and_tell_sets_apart() {
        let names: std::collections::BTreeSet<String> = (1..=0xfff).map(|set| Months(set).name()).collect();
        assert_eq!(names.len(), 0xfff);
        assert!(names.iter().all(|name| name.len() <= MAX_NAME));
    }
}
