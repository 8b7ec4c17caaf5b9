//! Checks of registers: unit and bound.

use wattproof_meter::quantity::{MAX_NAME, Register, Unit};

use super::diagnostic::Diagnostic;
use super::names::Named;
use super::sheet::Source;
use super::tree::{self, Text};

/// Checks a register and takes its name.
pub(super) fn declare_register<'a>(
    register: &tree::Register<'a>,
    sources: &mut Named<'a, Source>,
    registers: &mut Vec<Register>,
    found: &mut Vec<Diagnostic>,
) {
    let unit = register_unit(&register.unit, found);
    let bits = register.bits.is.parse::<u8>().ok().filter(|bits| (1..=32).contains(bits));
    if bits.is_none() {
        let message = format!("a reading cannot be bounded by 2^{}", register.bits.is);
        let help = "write 2^1 to 2^32: the bound that the meter's register has, such as 2^20";
        found.push(Diagnostic::new("bad-bound", &register.bits.span, message).help(help));
    }
    let name = register.name.is;
    if name.len() > MAX_NAME {
        let message = format!("`{name}` is too long for a register's name");
        let help = format!("use at most {MAX_NAME} characters");
        found.push(Diagnostic::new("bad-name", &register.name.span, message).help(help));
    }
    let checked = unit.zip(bits).and_then(|(unit, bits)| Register::new(name, unit, bits));
    let place = checked.map(|register| {
        registers.push(register);
        Source::Register(registers.len() - 1)
    });
    sources.declare(&register.name, place, found);
}

fn register_unit(unit: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<Unit> {
    let (message, help) = match unit.is {
        "Wh" => return Some(Unit::WattHour),
        "VArh" | "varh" => return Some(Unit::VarHour),
        "kWh" | "MWh" => ("a register counts whole watt-hours".to_owned(), "write Wh"),
        "kVArh" | "MVArh" | "kvarh" | "Mvarh" => {
            ("a register counts whole volt-ampere-reactive hours".to_owned(), "write VArh")
        }
        other => (format!("a register does not count `{other}`"), "write Wh or VArh"),
    };
    found.push(Diagnostic::new("bad-register-unit", &unit.span, message).help(help));
    None
}
