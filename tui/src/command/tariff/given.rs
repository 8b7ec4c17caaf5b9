//! Dated data and carried values, as the command line gives them.

use std::path::PathBuf;

use clap::Args;
use wattproof_engine::desk::file;
use wattproof_engine::desk::tariff::{Given, MAX_DATA, Tariff, TariffRefusal};

use crate::failure::Failure;
use crate::session::Session;
use crate::words::Words;

/// Dated data and carried values.
#[derive(Args, Debug)]
pub struct With {
    /// Dated data that the tariff names, once for each [default: what the store has].
    #[arg(long, value_name = "NAME=CSV")]
    data: Vec<String>,
    /// A value that the tariff carries from earlier bills, in its whole units [default: 0].
    #[arg(long, value_name = "NAME=VALUE")]
    carried: Vec<String>,
}

/// The same, read.
pub struct Named {
    data: Vec<(String, Vec<u8>)>,
    carried: Vec<(String, u64)>,
}

impl With {
    /// Reads files and values.
    pub fn read(&self) -> Result<Named, Failure> {
        let data = self.data.iter().map(|text| {
            let (name, path) = pair(text)?;
            Ok((name, file::read(&PathBuf::from(path), MAX_DATA as u64)?.to_vec()))
        });
        let carried = self.carried.iter().map(|text| {
            let (name, value) = pair(text)?;
            Ok((name, value.parse().map_err(|_| Words::NotAWholeNumber(value.to_owned()))?))
        });
        Ok(Named { data: data.collect::<Result<_, Failure>>()?, carried: carried.collect::<Result<_, Failure>>()? })
    }
}

impl Named {
    /// What a tariff is priced with.
    pub fn for_one(&self, session: &Session, tariff: &Tariff) -> Result<Given, Failure> {
        Ok(Given::new(tariff, &session.store()?, &self.data, &self.carried)?)
    }

    /// What one of several tariffs is priced with: what it does not name is for others.
    pub fn for_one_of(&self, session: &Session, tariff: &Tariff, all: &[&Tariff]) -> Result<Given, Failure> {
        let reads = |tariff: &Tariff, name: &str| tariff.data().iter().any(|declared| declared.name == name);
        let carries = |tariff: &Tariff, name: &str| tariff.carries().iter().any(|carry| carry.name == name);
        if let Some((name, _)) = self.data.iter().find(|(name, _)| !all.iter().any(|one| reads(one, name))) {
            return Err(TariffRefusal::NoSuchData(name.clone()).into());
        }
        if let Some((name, _)) = self.carried.iter().find(|(name, _)| !all.iter().any(|one| carries(one, name))) {
            return Err(TariffRefusal::NoSuchCarry(name.clone()).into());
        }
        let own = Named {
            data: self.data.iter().filter(|(name, _)| reads(tariff, name)).cloned().collect(),
            carried: self.carried.iter().filter(|(name, _)| carries(tariff, name)).cloned().collect(),
        };
        own.for_one(session, tariff)
    }
}

fn pair(text: &str) -> Result<(String, &str), Failure> {
    let (name, value) = text.split_once('=').ok_or_else(|| Words::NotNamed(text.to_owned()))?;
    Ok((name.to_owned(), value))
}
