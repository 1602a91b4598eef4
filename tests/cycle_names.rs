//! What holds of the names of modules, whichever of them refer to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use staticc::model::{Asset, AssetId, LogicalPath, Problem, ReportLevel};
use staticc::rewrite::adjusted::{Rewritten, rewrite};
use staticc::rewrite::context::RewriteContext;
use staticc::rewrite::resolve::NoLeftovers;
use staticc::rewrite::rules::Rules;

/// Modules by their numbers: which others each imports, and a part of its text.
type Modules = Vec<(BTreeSet<usize>, u8)>;

fn modules() -> impl Strategy<Value = Modules> {
    (1_usize..9).prop_flat_map(|count| {
        let targets = prop::collection::btree_set(0..count, 0..4);
        prop::collection::vec((targets, 0_u8..3), count)
    })
}

/// The path of a module. Some are in another directory.
fn path(module: usize) -> String {
    let directory = ["", "lib/", "lib/deep/"][module % 3];
    format!("{directory}m{module}.js")
}

fn text((targets, content): &(BTreeSet<usize>, u8)) -> String {
    let imports = targets
        .iter()
        .map(|target| format!("import '/static/{}';\n", path(*target)));
    imports.collect::<String>() + &format!("export const content = {content}\n")
}

/// Rewrites the modules, whose files are found in this order.
fn rewritten(modules: &Modules, order: &[usize]) -> Rewritten {
    let directory: Arc<Path> = Path::new("/sources").into();
    let asset = |module: &usize| Asset::at(LogicalPath::new(path(*module)), Arc::clone(&directory));
    let assets: Vec<Asset> = order.iter().map(asset).collect();
    let texts: Vec<String> = order.iter().map(|module| text(&modules[*module])).collect();
    let context = RewriteContext {
        assets: &assets,
        fingerprints: &vec![None; assets.len()],
        rules: &Rules::Browser,
        static_url: "/static/",
        keeps_plain: false,
        leftovers: &NoLeftovers,
        uncollected: &|_| None,
        policy: &|_, _, _| ReportLevel::Error,
    };
    let texts = (0..).map(AssetId).zip(&texts);
    rewrite(
        &context,
        texts.map(|(id, text)| (id, text.as_bytes())).collect(),
    )
}

/// The fingerprinted path of each module.
fn names(modules: &Modules, order: &[usize]) -> BTreeMap<usize, LogicalPath> {
    let rewritten = rewritten(modules, order);
    order.iter().copied().zip(rewritten.hashed).collect()
}

/// The modules from which imports lead to this one, itself among them.
fn referrers(modules: &Modules, module: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([module]);
    loop {
        let leads = |(_, (targets, _)): &(usize, &(BTreeSet<usize>, u8))| {
            targets.iter().any(|target| found.contains(target))
        };
        let more = modules.iter().enumerate().filter(leads);
        let more: BTreeSet<usize> = more.map(|(number, _)| number).collect();
        if more.is_subset(&found) {
            return found;
        }
        found.extend(more);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn names_do_not_depend_on_the_order_of_files(
        (modules, order) in modules().prop_flat_map(|modules| {
            let order: Vec<usize> = (0..modules.len()).collect();
            (Just(modules), Just(order).prop_shuffle())
        })
    ) {
        let sorted: Vec<usize> = (0..modules.len()).collect();
        prop_assert_eq!(names(&modules, &sorted), names(&modules, &order));
    }

    #[test]
    fn change_renames_the_module_and_what_leads_to_it(
        modules in modules(), changed in any::<prop::sample::Index>()
    ) {
        let order: Vec<usize> = (0..modules.len()).collect();
        let before = names(&modules, &order);
        let changed = changed.index(modules.len());
        let mut other = modules.clone();
        other[changed].1 += 10;
        let after = names(&other, &order);
        let renamed = order.iter().copied().filter(|module| before[module] != after[module]);
        prop_assert_eq!(renamed.collect::<BTreeSet<_>>(), referrers(&modules, changed));
    }

    #[test]
    fn every_import_has_the_name_of_its_module(modules in modules()) {
        let order: Vec<usize> = (0..modules.len()).collect();
        let rewritten = rewritten(&modules, &order);
        prop_assert_eq!(&rewritten.problems, &Vec::<Problem>::new());
        prop_assert_eq!(rewritten.adjusted.len(), modules.len());
        for ((id, adjusted), (targets, content)) in rewritten.adjusted.iter().zip(&modules) {
            let name = |target: &usize| {
                let hashed = &rewritten.hashed[*target];
                format!("import '/static/{hashed}';\n")
            };
            let imports: String = targets.iter().map(name).collect();
            let wanted = imports + &format!("export const content = {content}\n");
            let source = text(&modules[id.index()]);
            let written = adjusted.text.as_deref().unwrap_or(source.as_bytes());
            prop_assert_eq!(String::from_utf8_lossy(written), wanted);
        }
    }
}
