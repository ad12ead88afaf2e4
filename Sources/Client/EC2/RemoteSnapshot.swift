import Wire

/// A snapshot as a server tells about it.
package struct RemoteSnapshot: Hashable, Sendable {
    package var id: String
    /// `pending`, `completed`, `error`, and the rarer ones of EC2.
    package var state: String
    /// While a copy runs: what it did so far, or why it failed.
    package var stateMessage: String?
    /// `37%`, as sent.
    package var progress: String?
    package var sizeGiB: Int64
    package var tags: [ResourceTag]
    /// Bytes in blocks that hold data.
    package var dataBytes: Int64?
    /// The ARN of the KMS key that it is encrypted under.
    package var kmsKey: String?

    /// The exact length of the disk that was pushed, when the snapshot, or the image given, carries Ferry's tag.
    ///
    /// A copied image brings its tags along and its snapshots do not, so the image is asked when the snapshot does not know.
    package func diskBytes(imageTags: [ResourceTag] = []) -> Int64? {
        let values = (tags + imageTags).filter { $0.key == ResourceTag.diskBytesKey }.map(\.value)
        // Anyone may write a tag: one that the volume cannot have means nothing.
        return values.lazy.compactMap { Int64($0) }.first { (0...sizeGiB << 30).contains($0) }
    }

    init(_ node: XMLNode) {
        func text(_ name: String) -> String? { node[name].map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
        id = text("snapshotId") ?? ""
        state = text("status") ?? ""
        stateMessage = text("statusMessage")
        progress = text("progress")
        sizeGiB = text("volumeSize").flatMap { Int64($0) } ?? 0
        tags = ResourceTag.list(in: node["tagSet"])
        kmsKey = text("kmsKeyId")
        dataBytes = text("fullSnapshotSizeInBytes").flatMap { Int64($0) }
    }
}
