/// A unit of an organization: accounts and units are under it.
package struct OrganizationalUnit: Hashable, Sendable {
    package let id: String
    /// The root or another unit.
    package let parent: String
    package var name: String

    package init(id: String, parent: String, name: String) {
        self.id = id
        self.parent = parent
        self.name = name
    }
}
