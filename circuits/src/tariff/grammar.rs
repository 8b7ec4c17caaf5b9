//! The second pass: statements read by the grammar of `docs/tariffs.md` into their tree.

use chumsky::error::{RichPattern, RichReason};
use chumsky::input::MappedInput;
use chumsky::prelude::*;

use super::diagnostic::{Diagnostic, nearest};
use super::text::{LATER_STATEMENTS, Placed, STATEMENTS, Token, reserved, too_deep};
use super::tree::*;
use crate::program::Ties;

type Tokens<'t, 's> = MappedInput<'t, Token<'s>, SimpleSpan, &'t [Placed<'s>]>;
type Extra<'t, 's> = extra::Err<Rich<'t, Token<'s>>>;

/// A piece of the grammar.
trait Rule<'t, 's: 't, O>: Parser<'t, Tokens<'t, 's>, O, Extra<'t, 's>> + Clone {}
impl<'t, 's: 't, O, P: Parser<'t, Tokens<'t, 's>, O, Extra<'t, 's>> + Clone> Rule<'t, 's, O> for P {}

/// The statements of a text; those that do not read are reported and left out.
pub(super) fn read<'s>(source: &'s str, found: &mut Vec<Diagnostic>) -> Vec<Statement<'s>> {
    let tokens = super::text::tokens(source, found);
    let cut = super::text::statements(source, &tokens);
    let grammar = statement(source);
    let mut statements = Vec::new();
    for tokens in cut {
        if let Some(unreadable) = unknown_statement(tokens).or_else(|| too_deep(tokens)) {
            found.push(unreadable);
            statements.extend(broken(tokens));
            continue;
        }
        let end = tokens.last().map_or(0, |(_, span)| span.end);
        let (statement, mistakes) = grammar.parse(tokens.split_token_span((end..end).into())).into_output_errors();
        found.extend(mistakes.into_iter().map(mistake));
        statements.extend(statement.or_else(|| broken(tokens)));
    }
    statements
}

/// What a statement that does not read was meant to declare.
fn broken<'s>(tokens: &[Placed<'s>]) -> Option<Statement<'s>> {
    let word = |index: usize| match tokens.get(index) {
        Some((Token::Word(word), _)) => Some(*word),
        _ => None,
    };
    word(0).map(|keyword| Statement::Broken(nearest(keyword, STATEMENTS).unwrap_or(keyword), word(1)))
}

/// The refusal of a statement whose first word begins none.
fn unknown_statement(tokens: &[Placed<'_>]) -> Option<Diagnostic> {
    let (first, span) = tokens.first()?;
    let span = span.into_range();
    match first {
        Token::Word(word) if STATEMENTS.contains(word) => None,
        Token::Word(word) if LATER_STATEMENTS.contains(word) => {
            Some(Diagnostic::later(&span, &format!("the statement `{word}`")))
        }
        Token::Word(word) => {
            let unknown = Diagnostic::new("unknown-statement", &span, format!("no statement begins with `{word}`"));
            let help = "a statement begins with tariff, register, gaps, window, charge or total; \
                        indent a line that continues the one above";
            Some(unknown.nearest(word, STATEMENTS, help))
        }
        other => {
            let message = format!("a statement cannot begin with {other}");
            let help = "a statement begins with tariff, register, gaps, window, charge or total";
            Some(Diagnostic::new("unknown-statement", &span, message).help(help))
        }
    }
}

/// A parser's error in words.
fn mistake(error: Rich<'_, Token<'_>>) -> Diagnostic {
    let span = error.span().into_range();
    let found = error.found().map_or("the statement ends".into(), |token| format!("found {token}"));
    let RichReason::ExpectedFound { expected, .. } = error.reason() else {
        return Diagnostic::new("syntax", &span, error.to_string());
    };
    let mut expected: Vec<String> = expected.iter().filter_map(expectation).collect();
    expected.sort();
    expected.dedup();
    let near = match error.found() {
        Some(Token::Word(word)) => {
            nearest(word, expected.iter().filter_map(|e| e.strip_prefix('`')?.strip_suffix('`')))
        }
        _ => None,
    };
    let help = near.map(|near| format!("did you mean `{near}`?"));
    let message = match expected.split_last() {
        None => format!("{found} here"),
        Some((last, [])) => format!("{found} where {last} is expected"),
        Some((last, rest)) => format!("{found} where {} or {last} is expected", rest.join(", ")),
    };
    Diagnostic { help, ..Diagnostic::new("syntax", &span, message) }
}

fn expectation(pattern: &RichPattern<'_, Token<'_>>) -> Option<String> {
    match pattern {
        RichPattern::Token(token) => Some(token.to_string()),
        RichPattern::Label(label) => Some(label.to_string()),
        RichPattern::EndOfInput => Some("the end of the statement".into()),
        _ => None,
    }
}

fn word<'t, 's: 't>(word: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(found) if found == word => found }).labelled(format!("`{word}`"))
}

fn mark<'t, 's: 't>(mark: &'static str) -> impl Rule<'t, 's, ()> {
    select! { Token::Mark(found) if found == mark => () }.labelled(format!("`{mark}`"))
}

fn placed<'t, 's: 't, O>(rule: impl Rule<'t, 's, O>) -> impl Rule<'t, 's, At<O>> {
    rule.map_with(|is, extra| At { is, span: extra.span().into_range() })
}

fn any_word<'t, 's: 't>(label: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) => word }).labelled(label)
}

fn name<'t, 's: 't>(label: &'static str) -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Word(word) if !reserved(word) => word }).labelled(label)
}

fn number<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Number(text) => text }).labelled("a number")
}

fn clock<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    placed(select! { Token::Clock(text) => text }).labelled("a clock time")
}

fn unit<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    let unit = select! {
        Token::Word(text) if !reserved(text) => text,
        Token::Compound(text) => text,
        Token::Mark("%") => "%",
    };
    placed(unit).labelled("a unit")
}

fn quantity<'t, 's: 't>() -> impl Rule<'t, 's, Quantity<'s>> {
    number().then(unit().or_not()).map(|(number, unit)| Quantity { number, unit })
}

fn statement<'t, 's: 't>(source: &'s str) -> impl Rule<'t, 's, Statement<'s>> {
    choice((
        header(source).map(Statement::Header),
        register().map(Statement::Register),
        gaps().map(Statement::Gaps),
        window().map(Statement::Window),
        charge().map(Statement::Charge),
        total().map(Statement::Total),
    ))
    .boxed()
}

fn header<'t, 's: 't>(source: &'s str) -> impl Rule<'t, 's, Header<'s>> {
    let day = mark(",").ignore_then(word("day")).ignore_then(word("from")).ignore_then(clock());
    word("tariff")
        .ignore_then(any_word("the tariff's name"))
        .then(word("version").ignore_then(number()))
        .then(word("in").ignore_then(any_word("a currency")))
        .then(mark(",").ignore_then(word("zone")).ignore_then(zone(source)))
        .then(mark(",").ignore_then(word("slot")).ignore_then(number()).then_ignore(word("min")))
        .then(day.or_not())
        .map(|(((((name, version), currency), zone), slot), day_from)| Header {
            name,
            version,
            currency,
            zone,
            slot,
            day_from,
        })
}

/// A zone's name may hold hyphens and signs: `America/Port-au-Prince`, `Etc/GMT+1`.
fn zone<'t, 's: 't>(source: &'s str) -> impl Rule<'t, 's, Text<'s>> {
    let part = select! { Token::Word(_) => (), Token::Compound(_) => () }.labelled("a time zone");
    let tail = select! { Token::Word(_) => (), Token::Compound(_) => (), Token::Number(_) => () };
    let join = select! { Token::Mark("-" | "+") => () };
    placed(part.then(join.then(tail).repeated()).ignored())
        .map(move |At { span, .. }| At { is: source.get(span.clone()).unwrap_or_default(), span })
}

fn register<'t, 's: 't>() -> impl Rule<'t, 's, Register<'s>> {
    let two = select! { Token::Number("2") => () }.labelled("`2^`");
    word("register")
        .ignore_then(any_word("the register's name"))
        .then(word("in").ignore_then(unit()))
        .then(mark(",").ignore_then(word("below")).ignore_then(two).ignore_then(mark("^")).ignore_then(number()))
        .map(|((name, unit), bits)| Register { name, unit, bits })
}

fn gaps<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    let later = word("estimate").then_ignore(any().repeated());
    word("gaps").ignore_then(word("refuse").or(later))
}

fn window<'t, 's: 't>() -> impl Rule<'t, 's, Window<'s>> {
    let parts = window_part().separated_by(word("and")).at_least(1).collect();
    word("window")
        .ignore_then(any_word("the window's name"))
        .then(mark("=").ignore_then(parts))
        .map(|(name, parts)| Window { name, parts })
}

fn window_part<'t, 's: 't>() -> impl Rule<'t, 's, At<WindowPart<'s>>> {
    let hours = placed(clock().then_ignore(mark("-")).then(clock()));
    let hours = hours.separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let weekday = || any_word("a weekday");
    let days = placed(weekday().then(mark("-").ignore_then(weekday()).or_not()));
    let on = word("on").ignore_then(days.separated_by(mark(",")).at_least(1).collect::<Vec<_>>());
    let every = word("every").then(word("day")).map(|_| Vec::new());
    let except = word("except").then_ignore(any_word("a name"));
    let timed = hours.then(every.or(on.clone()));
    let part = timed.or(on.map(|days| (Vec::new(), days))).then(except.or_not());
    placed(part.map(|((hours, days), except)| WindowPart { hours, days, except }))
}

fn charge<'t, 's: 't>() -> impl Rule<'t, 's, Charge<'s>> {
    word("charge")
        .ignore_then(any_word("the charge's name"))
        .then(mark("=").ignore_then(scope().or_not()))
        .then(expression())
        .then(rounding().or_not())
        .then(word("shown").or_not())
        .map(|((((name, scope), amount), rounding), shown)| Charge {
            name,
            scope,
            amount,
            rounding,
            shown: shown.is_some(),
        })
}

fn total<'t, 's: 't>() -> impl Rule<'t, 's, Total<'s>> {
    let ending = word("exact").map(|_| Ending::Exact).or(rounding().map(Ending::Rounded));
    word("total")
        .then(mark("=").ignore_then(expression()))
        .then(ending.or_not())
        .map(|((keyword, amount), ending)| Total { keyword: keyword.span, amount, ending })
}

fn rounding<'t, 's: 't>() -> impl Rule<'t, 's, Rounding<'s>> {
    let half = choice((
        word("up").to(Ties::HalfUp),
        word("even").to(Ties::HalfEven),
        word("away").then(word("from")).then(word("zero")).to(Ties::HalfAwayFromZero),
    ));
    let ties = choice((word("half").ignore_then(half), word("up").to(Ties::Up), word("down").to(Ties::Down)));
    word("rounded")
        .ignore_then(ties)
        .then(word("to").ignore_then(placed(quantity())))
        .map(|(ties, to)| Rounding { ties, to })
}

fn scope<'t, 's: 't>() -> impl Rule<'t, 's, Text<'s>> {
    word("per").ignore_then(any_word("`reading` or `period`"))
}

fn series<'t, 's: 't>() -> impl Rule<'t, 's, Series<'s>> {
    name("a register")
        .then(word("in").ignore_then(name("a window")).or_not())
        .map(|(register, within)| Series { register, within })
}

fn expression<'t, 's: 't>() -> impl Rule<'t, 's, Expr<'s>> {
    recursive(|expression| {
        let atom = atom(expression).boxed();
        let minus = mark("-").repeated().count();
        let factor = placed(minus.then(atom)).map(|At { is: (minuses, atom), span }| match minuses % 2 {
            0 => atom,
            _ => At { is: ExprKind::Negative(Box::new(atom)), span },
        });
        let factor = factor.boxed();
        let times = mark("*").to(false).or(mark("/").to(true));
        let product = placed(factor.clone().then(times.then(factor).repeated().collect::<Vec<_>>()));
        let product = product.map(|At { is: (first, rest), span }| match rest.is_empty() {
            true => first,
            false => At { is: ExprKind::Product(Box::new(first), rest), span },
        });
        let product = product.boxed();
        let plus = mark("+").to(false).or(mark("-").to(true));
        let sum = placed(product.clone().then(plus.then(product).repeated().collect::<Vec<_>>()));
        sum.map(|At { is: (first, rest), span }| match rest.is_empty() {
            true => first,
            false => At { is: ExprKind::Sum(Box::new(first), rest), span },
        })
    })
    .labelled("an amount")
}

fn atom<'t, 's: 't>(expression: impl Rule<'t, 's, Expr<'s>> + 't) -> impl Rule<'t, 's, Expr<'s>> {
    let list = expression.clone().separated_by(mark(",")).at_least(1).collect::<Vec<_>>();
    let extreme = word("max").to(Extreme::Max).or(word("min").to(Extreme::Min));
    let extreme = extreme.then(list.delimited_by(mark("("), mark(")")));
    let energy = word("energy").then(word("of")).ignore_then(series());
    let power = word("power").then(word("of")).ignore_then(series());
    placed(choice((
        quantity().map(ExprKind::Quantity),
        energy.map(ExprKind::Energy),
        power.map(ExprKind::Power),
        price().map(|price| ExprKind::Price(Box::new(price))),
        extreme.map(|(which, of)| ExprKind::Extreme(which, of)),
        word("days").to(ExprKind::Days),
        name("a charge").map(|name| ExprKind::Name(name.is)),
    )))
    .or(expression.delimited_by(mark("("), mark(")")))
}

fn price<'t, 's: 't>() -> impl Rule<'t, 's, Price<'s>> {
    let prorated = word("prorated").ignored();
    let in_order = word("in").then(word("time")).then(word("order")).ignored();
    let blocks = word("blocks").ignore_then(prorated.or(in_order).or_not());
    let blocks = blocks.map(|rule| Columns::Blocks { rule: rule.is_some() });
    let columns_are = placed(blocks.or(word("intervals").to(Columns::Intervals)));
    let to = word("to").ignore_then(quantity()).map(Column::To);
    let columns = placed(to.or(word("above").to(Column::Above))).repeated().collect();
    word("price")
        .ignore_then(series())
        .then(scope().or_not())
        .then(mark(",").ignore_then(columns_are).or_not())
        .then(columns.then(row().repeated().at_least(1).collect()).delimited_by(mark("{"), mark("}")))
        .map(|(((series, scope), columns_are), (columns, rows))| Price {
            series,
            by: None,
            scope,
            columns_are,
            columns,
            rows,
        })
        .or(price_by())
}

/// A table keyed by dated data, known by its head only.
fn price_by<'t, 's: 't>() -> impl Rule<'t, 's, Price<'s>> {
    let body = any().and_is(mark("}").not()).repeated();
    word("price")
        .ignore_then(series())
        .then(word("by").ignore_then(any_word("a name")))
        .then_ignore(body.delimited_by(mark("{"), mark("}")))
        .map(|(series, by)| {
            let by = Some(by);
            Price { series, by, scope: None, columns_are: None, columns: Vec::new(), rows: Vec::new() }
        })
}

fn row<'t, 's: 't>() -> impl Rule<'t, 's, At<Row<'s>>> {
    let window = name("a window").then(word("in").ignore_then(name("a window")).or_not());
    let label = choice((
        word("otherwise").map(|word| Label::Otherwise(word.span)),
        window.map(|(window, cut)| Label::Window(window, cut)),
    ));
    let minus = mark("-").or_not().map(|minus| minus.is_some());
    let prices = minus.then(number().labelled("a price")).repeated().at_least(1).collect();
    placed(label.or_not().then(prices).then(unit()).map(|((label, prices), unit)| Row {
        label: label.unwrap_or(Label::All),
        prices,
        unit,
    }))
}
