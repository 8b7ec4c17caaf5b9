use super::*;
#[test]
fn show() {
    for path in std::env::var("URDB_SHOW").unwrap_or_default().split(':').filter(|p| !p.is_empty()) {
        let rate = Rate::read(object(&std::fs::read(path).unwrap()).unwrap()).unwrap();
        let options = Options { zone: "UTC".into(), slot: 30, climb: Some(Climb::Prorate), export: false };
        let nb = rate.not_billed.clone();
        println!("=== {path}\n{}", write::write(&rate, &options, &nb).unwrap());
    }
}
