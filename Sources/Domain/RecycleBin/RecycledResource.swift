import Foundation

/// Something in the Recycle Bin: gone for everybody, but for who brings it back in time.
package struct RecycledResource: Sendable, Equatable {
    package static let daySeconds: TimeInterval = 24 * 3_600

    package let id: String
    package let kind: RecyclableKind
    package let account: AccountID
    /// Of an image: the state that it comes back in.
    package let imageState: ImageState?
    /// They come back with it.
    package let tags: [Tag]
    package let enteredAt: Date
    /// A rule that is changed later does not move it.
    package let exitsAt: Date

    package init(
        id: String,
        kind: RecyclableKind,
        account: AccountID,
        imageState: ImageState? = nil,
        tags: [Tag],
        enteredAt: Date,
        exitsAt: Date
    ) {
        self.id = id
        self.kind = kind
        self.account = account
        self.imageState = imageState
        self.tags = tags
        self.enteredAt = enteredAt
        self.exitsAt = exitsAt
    }
}
