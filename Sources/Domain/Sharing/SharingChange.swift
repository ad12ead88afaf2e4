/// What a call changes of whom something is shared with. What is there already is added, and what is not there is removed, without a word.
package struct SharingChange: Hashable, Sendable {
    package let added: Set<ShareTarget>
    package let removed: Set<ShareTarget>

    package init(adding added: Set<ShareTarget>, removing removed: Set<ShareTarget>) throws {
        if let both = added.intersection(removed).min() {
            throw Fault(.invalidParameterCombination, "The request both adds and removes the permission of \(both.rawValue)")
        }
        self.added = added
        self.removed = removed
    }

    package func applied(to current: Set<ShareTarget>) -> Set<ShareTarget> { current.subtracting(removed).union(added) }
}
