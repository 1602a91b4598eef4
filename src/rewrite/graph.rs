//! Who must be finished before whom. Numbers in, waves and cycles out; knows
//! neither texts nor names.

/// Which nodes can be finished when.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Everything that a node's targets name is in an earlier wave. Nodes in
    /// a cycle, or that lead into one, are in none.
    pub waves: Vec<Vec<usize>>,
    /// Whether nodes are in no wave.
    pub has_cycles: bool,
    /// Which nodes are in no wave.
    stuck: Vec<bool>,
}

impl Order {
    /// One cycle for each group of nodes that reach each other, as its members in order,
    /// beginning with the smallest.
    pub fn cycles(&self, targets: &[Vec<usize>]) -> Vec<Vec<usize>> {
        if self.has_cycles {
            cycles(targets, &self.stuck)
        } else {
            Vec::new()
        }
    }

    /// The nodes that are in no wave, in groups of nodes that reach each other. Everything that a
    /// group's targets name is in a wave, in the group or in a group of an earlier step. Groups
    /// have their members in order.
    pub fn groups(&self, targets: &[Vec<usize>]) -> Vec<Vec<Vec<usize>>> {
        if !self.has_cycles {
            return Vec::new();
        }
        let component = components(targets, &self.stuck);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for node in (0..targets.len()).filter(|&node| self.stuck[node]) {
            let number = component[node];
            if groups.len() <= number {
                groups.resize(number + 1, Vec::new());
            }
            groups[number].push(node);
        }
        let targets_of = |group: &Vec<usize>| {
            let all = group.iter().flat_map(|&node| &targets[node]);
            let stuck = all.filter(|&&target| self.stuck[target]);
            let mut others: Vec<usize> = stuck.map(|&target| component[target]).collect();
            others.retain(|&other| other != component[group[0]]);
            others.sort_unstable();
            others.dedup();
            others
        };
        let group_targets: Vec<Vec<usize>> = groups.iter().map(targets_of).collect();
        let steps = order(&group_targets).waves.into_iter();
        steps
            .map(|step| {
                let taken = step.into_iter();
                taken
                    .map(|number| std::mem::take(&mut groups[number]))
                    .collect()
            })
            .collect()
    }
}

/// The order of the nodes `0..targets.len()`.
pub(super) fn order(targets: &[Vec<usize>]) -> Order {
    let mut referrers = vec![Vec::new(); targets.len()];
    let mut missing: Vec<usize> = vec![0; targets.len()];
    for (node, list) in targets.iter().enumerate() {
        missing[node] = list.len();
        for &target in list {
            referrers[target].push(node);
        }
    }
    let mut wave: Vec<usize> = (0..targets.len())
        .filter(|&node| missing[node] == 0)
        .collect();
    let mut waves = Vec::new();
    let mut done = 0;
    while !wave.is_empty() {
        done += wave.len();
        let mut next = Vec::new();
        for &node in &wave {
            for &referrer in &referrers[node] {
                missing[referrer] -= 1;
                if missing[referrer] == 0 {
                    next.push(referrer);
                }
            }
        }
        next.sort_unstable();
        waves.push(std::mem::replace(&mut wave, next));
    }
    Order {
        waves,
        has_cycles: done < targets.len(),
        stuck: missing.iter().map(|&count| count > 0).collect(),
    }
}

/// One cycle for each group of nodes that reach each other.
fn cycles(targets: &[Vec<usize>], stuck: &[bool]) -> Vec<Vec<usize>> {
    let component = components(targets, stuck);
    let mut found = vec![false; targets.len()];
    let mut cycles = Vec::new();
    for node in 0..targets.len() {
        if !stuck[node] || std::mem::replace(&mut found[component[node]], true) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(targets, &component, node) {
            cycles.push(cycle);
        }
    }
    cycles
}

/// The shortest way from `start` back to itself within its component.
fn shortest_cycle(targets: &[Vec<usize>], component: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut from = std::collections::HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &target in &targets[node] {
            if target == start {
                let mut cycle = vec![node];
                while let Some(&before) = cycle.last().and_then(|last| from.get(last)) {
                    cycle.push(before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if component[target] == component[start] && !from.contains_key(&target) {
                from.insert(target, node);
                queue.push_back(target);
            }
        }
    }
    None
}

/// Tarjan's strongly connected components, without recursion: the number of
/// the component of each stuck node.
fn components(targets: &[Vec<usize>], stuck: &[bool]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = targets.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![UNSEEN; count]);
    let mut component = vec![UNSEEN; count];
    let (mut stack, mut clock, mut components) = (Vec::new(), 0, 0);
    for root in 0..count {
        if !stuck[root] || order[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, child)) = calls.pop() {
            if child == 0 {
                order[node] = clock;
                low[node] = clock;
                clock += 1;
                stack.push(node);
            } else {
                low[node] = low[node].min(low[targets[node][child - 1]]);
            }
            let mut deeper = None;
            for (index, &target) in targets[node].iter().enumerate().skip(child) {
                if !stuck[target] {
                    continue;
                }
                if order[target] == UNSEEN {
                    deeper = Some((index + 1, target));
                    break;
                }
                if component[target] == UNSEEN {
                    low[node] = low[node].min(order[target]);
                }
            }
            if let Some((resume, target)) = deeper {
                calls.push((node, resume));
                calls.push((target, 0));
            } else if low[node] == order[node] {
                while let Some(member) = stack.pop() {
                    component[member] = components;
                    low[member] = UNSEEN;
                    if member == node {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn targets_come_first() {
        let targets = vec![vec![1, 2], vec![2], vec![], vec![0]];
        let order = order(&targets);
        assert_eq!(order.waves, [[2], [1], [0], [3]]);
        assert!(order.cycles(&targets).is_empty());
        assert!(order.groups(&targets).is_empty());
    }

    #[test]
    fn cycles_are_named_once() {
        // 0 → 1 → 2 → 0, 3 → 3, 4 leads into a cycle, 5 stands alone.
        let targets = vec![vec![1], vec![2], vec![0], vec![3], vec![0], vec![]];
        let order = order(&targets);
        assert_eq!(order.cycles(&targets), [vec![0, 1, 2], vec![3]]);
        assert_eq!(order.waves, [[5]]);
    }

    #[test]
    fn groups_come_after_what_they_name() {
        // 0 ↔ 1 names 2 ↔ 3, which names 4; 5 names the first group and 6 itself.
        let targets = vec![
            vec![1],
            vec![0, 2],
            vec![3, 4],
            vec![2],
            vec![],
            vec![1],
            vec![6],
        ];
        let order = order(&targets);
        assert_eq!(order.waves, [[4]]);
        let groups = order.groups(&targets);
        assert_eq!(groups[0], [vec![2, 3], vec![6]]);
        assert_eq!(groups[1..], [[vec![0, 1]], [vec![5]]]);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let mut targets: Vec<Vec<usize>> = (1..100_000).map(|next| vec![next]).collect();
        targets.push(vec![]);
        assert_eq!(order(&targets).waves.len(), 100_000);
        targets[99_999].push(0);
        let order = order(&targets);
        assert_eq!(order.cycles(&targets)[0].len(), 100_000);
        assert_eq!(order.groups(&targets)[0][0].len(), 100_000);
    }
}
