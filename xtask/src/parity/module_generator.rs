//! Random JavaScript modules in which much looks like something else: regular expressions
//! with quotation marks, names that are keywords, and references everywhere.

use crate::support::random::Random;

/// A symbol of the grammar and what it may become. A name between `«` and `»` is replaced
/// in turn.
struct Rule {
    symbol: &'static str,
    /// What ends the recursion.
    leaves: &'static [&'static str],
    branches: &'static [&'static str],
}

#[rustfmt::skip] // in rows
const GRAMMAR: [Rule; 12] = [
    Rule {
        symbol: "space",
        leaves: &["", "", "", " ", "\n", "\t", "/*'*/", "/*`*/", "/* / */", " //'\n", "\u{a0}", "\u{2028}"],
        branches: &[],
    },
    Rule {
        symbol: "gap",
        leaves: &[" ", "\n", "/*'*/", "/**/ ", "//`\n"],
        branches: &[],
    },
    Rule {
        symbol: "specifier",
        leaves: &["'./«number».js'", "\"./«number».js\"", "'./\\x61\\u{62}«number».js'"],
        branches: &[],
    },
    Rule {
        symbol: "literal",
        leaves: &["«specifier»", "«specifier»", "`./«number».js`"],
        branches: &[],
    },
    Rule {
        symbol: "identifier",
        leaves: &["a", "b", "of", "async", "get", "set", "from", "as", "é", "imports", "exported", "URL", "$", "_x", "a1"],
        branches: &[],
    },
    Rule {
        symbol: "name",
        leaves: &[
            "«identifier»", "import", "export", "class", "function", "return", "new", "if", "for", "in", "typeof",
            "default", "await", "of", "else", "do",
        ],
        branches: &[],
    },
    Rule {
        symbol: "regex",
        leaves: &[
            "/'/", "/\"/g", "/`/", "/[/'\"`]/", "/\\//", "/[\\]/]/u", "/a/", "/{/", "/(\\()/", "/}/", "/\\${/",
            "/import('x')/", "/[^/]+/gi",
        ],
        branches: &[],
    },
    Rule {
        symbol: "expression",
        leaves: &[
            "«identifier»", "1", "1.", ".5", "0x1f", "1e3", "1n", "«regex»", "'it\\'s'", "this", "import(«space»«literal»«space»)",
            "new URL(«space»«literal»«space»,«space»import.meta.url«space»)", "import.meta.resolve(«literal»)",
            "new URL(«literal»,''+import.meta.url)", "import(«literal»,{with:{type:'json'}})",
        ],
        branches: &[
            "«operand» / «operand»", "«operand»/ «operand»", "«operand» + «operand»", "«operand» in «operand»", "(«expression»)",
            "[«expression»,«expression»]", "«identifier»[«expression»]", "f(«expression»,«expression»)", "(«operand»?«expression»:«expression»)",
            "({«name»:«expression»,«name»(){«block»},get «name»(){return«gap»«expression»},[«expression»]:1,...«operand»})",
            "«operand».«name»", "«operand»?.«name»", "(function«gap»«identifier»(){«block»})", "(«identifier»=>«operand»)",
            "((«identifier»)=>{«block»})", "(async function*(){«block»})", "«identifier»++ / «operand»", "typeof «operand»", "!«operand»",
            "(class«gap»«identifier»«gap»extends f(«expression»){«name»(){«block»}static «name»=«expression»;static{«block»}})",
            "`'${«expression»}\"${«expression»}`", "tag`x${«expression»}`", "«identifier» = «expression»", "x = function(){«block»} / 2",
            "x={«name»:1} / 2", "import(«expression»)", "new Worker(new URL(«literal», import.meta.url), {type: 'module'})",
        ],
    },
    Rule {
        symbol: "operand",
        leaves: &["«identifier»", "(1)", "«regex»", "'x'", "import(«literal»)", "x.«name»"],
        branches: &["(«expression»)", "f(«expression»)", "[«expression»]", "`${«expression»}`"],
    },
    Rule {
        symbol: "block",
        leaves: &[""],
        branches: &["«statement»«space»", "«statement»«space»«statement»"],
    },
    Rule {
        symbol: "statement",
        leaves: &[";(«expression»);", "x=«expression»;", "//'\n", "/*'*/", "//\"import('no')\n"],
        branches: &[
            "if(«expression»)«regex».test(x);", "if(«expression»){«block»}else{«block»}«space»«regex».test(y);",
            "for(const z of «operand»)«regex»;", "for(let i=0;i<1/2;i++){«block»}", "while(«expression»)«regex».x;",
            "do«gap»«regex».y;while(«expression»);", "switch(«expression»){case «operand»:{«block»}«regex».x;default:«regex».z}",
            "try{«block»}catch{«block»}finally{«block»}", "function «identifier»(a,b=«expression»){«block»}«space»«regex».a;",
            "class C«number»{«name»(){«block»}}«space»«regex».a;", "l«number»:{«block»}", "{«block»}«space»«regex».q;",
            "throw «expression»;", "var {«name»:k«number»=«expression»}=«operand»;", "x\n{«block»}", "y=«operand»\n{«block»}",
            "async function g«number»(){for await(const a of «operand»)«regex»;await «operand»;return«gap»«expression»}",
            "function*h«number»(){yield «regex»;yield«gap»«operand»}",
        ],
    },
    Rule {
        symbol: "declaration",
        leaves: &[
            "import«space»«specifier»«space»;", "import«gap»v«number»«gap»from«space»«specifier»«space»;",
            "import«space»{«space»default as w«number»,class as w«number»,'a-b' as w«number»«space»}«space»from«space»«specifier»;",
            "import*as n«number» from«specifier»\n", "import v«number»,*as n«number» from«space»«specifier»;",
            "import j«number» from «specifier» with«space»{type:'json'};", "export«space»*«space»from«space»«specifier»;",
            "export*as e«number» from«specifier»\n", "export«space»{default as e«number», x as e«number»}«space»from«space»«specifier»;",
            "export{}\n",
        ],
        branches: &[
            "export const k«number»=«expression»;", "export function k«number»(){«block»}«space»«regex».x;",
            "export class K«number»{}«space»«regex».x;", "const k«number»=«expression»\n", "«statement»", "«statement»", "«statement»", "«statement»",
        ],
    },
];

/// How deep statements and expressions are nested.
const DEPTH: usize = 4;

pub struct ModuleGenerator {
    random: Random,
    /// How many names and URLs there are, so that each is another one.
    number: usize,
}

impl ModuleGenerator {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            number: 0,
        }
    }

    pub fn module(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(4) {
            self.expand("declaration", DEPTH, &mut text);
            self.expand("space", 0, &mut text);
        }
        if self.random.below(3) == 0 {
            self.expand("gap", 0, &mut text);
            text.push_str("//# sourceMappingURL=a.map\n");
        }
        text
    }

    /// Appends what a symbol becomes.
    fn expand(&mut self, symbol: &str, depth: usize, text: &mut String) {
        let Some(rule) = GRAMMAR.iter().find(|rule| rule.symbol == symbol) else {
            // The one symbol that is in no rule.
            self.number += 1;
            text.push_str(&self.number.to_string());
            return;
        };
        let choices = match depth {
            0 => rule.leaves,
            _ if self.random.below(4) == 0 || rule.branches.is_empty() => rule.leaves,
            _ => rule.branches,
        };
        for piece in self.random.choose(choices).split('»') {
            let (before, inner) = piece.split_once('«').unwrap_or((piece, ""));
            text.push_str(before);
            if !inner.is_empty() {
                self.expand(inner, depth.saturating_sub(1), text);
            }
        }
    }
}
