/// Which image another was copied from. An id alone says little: the Region says where to look for it, also when it is gone.
package struct PictureSource: Hashable, Sendable {
    package let id: String
    package let region: String

    package init(id: String, region: String) {
        self.id = id
        self.region = region
    }
}
