//! The families in the tariff language.

use wattproof_circuits::families::Family;

/// The family as a tariff over so many days; see [`Family`].
pub fn tariff(family: Family, days: u32) -> String {
    const WINDOWS: &str = "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n\
                           window rest = 07:00-16:00, 20:00-24:00 every day\n";
    const LINEAR: &str = "charge energy = price import { night 9 p/Wh  peak 21 p/Wh  otherwise 38 p/Wh }\n";
    let body = match family {
        Family::S1 => {
            format!(
                "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n{LINEAR}total = energy exact\n"
            )
        }
        Family::S2 => {
            let block = |window: &str, slots: u32, rates: &str| {
                let (first, second) = (700 * slots * days, 1_800 * slots * days);
                format!(
                    "charge c_{window} = price import in {window} per period, blocks {{ to {first} Wh to {second} Wh above\n\
                     {rates} p/Wh }}\n"
                )
            };
            let charges = [block("night", 14, "9 12 15"), block("peak", 8, "21 24 30"), block("rest", 26, "38 45 60")];
            format!("{WINDOWS}{}total = c_night + c_peak + c_rest rounded half up to 1 p\n", charges.concat())
        }
        Family::S3 => "charge energy = price import per reading, blocks { to 300 Wh to 800 Wh to 1500 Wh above\n\
                       10 14 19 27 p/Wh }\ntotal = energy rounded half up to 1 p\n"
            .into(),
        Family::S4 => format!(
            "window night = 00:00-07:00 every day\nwindow peak = 16:00-20:00 every day\n{LINEAR}\
             charge demand = 250 p/W * max(power of import)\ntotal = energy + demand rounded half up to 1 p\n"
        ),
    };
    format!(
        "tariff {} version 1 in GBP, zone UTC, slot 30 min\nregister import in Wh, below 2^20\ngaps refuse\n{body}",
        family.name().to_lowercase()
    )
}
