use super::print;

fn page(program: &'static str) -> String {
    let mut page = Vec::new();
    print(program, &mut page).expect("a Vec takes everything");
    String::from_utf8(page).expect("UTF-8")
}

/// As it stands in roff.
fn flag(name: &str) -> String {
    name.replace('-', "\\-")
}

#[test]
fn the_page_has_every_part() {
    let page = page("client-smol");
    let sections: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".SH "))
        .map(|s| s.trim_matches('"'))
        .collect();
    for section in
        ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "OUTPUT", "GATHER", "SUCCESS", "LOG"]
    {
        assert!(sections.contains(&section), "{section}: {sections:?}");
    }
    let of_subcommands = ["INSPECT", "CA", "COMPLETIONS", "MAN"];
    let last = ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"];
    assert_eq!(sections[sections.len() - 8..], [&of_subcommands[..], &last].concat());
    for name in ["--config", "--tag", "--connect-timeout", "--min-ok", "--no-such"] {
        assert_eq!(page.contains(&flag(name)), name != "--no-such", "{name}");
    }
    assert!(page.contains("CARWATCH_CLIENT_CONNECT_TIMEOUT"), "{page}");
    // Every form of the command line, and no page that is not there.
    for form in ["inspect", "ca", "completions", "man"] {
        assert!(page.contains(&format!("\\fBclient\\-smol\\fR {form}")), "{form}");
        assert!(!page.contains(&flag(&format!("client-smol-{form}"))));
    }
}

#[test]
fn the_program_is_called_what_it_is() {
    let (smol, other) = (page("client-smol"), page("client-async-std"));
    assert!(!other.contains("smol") && other.contains("client\\-async\\-std inspect"));
    assert_eq!(smol.lines().count(), other.lines().count());
}
