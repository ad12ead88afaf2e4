import Connections
import Domain
import Foundation
import HTTPTypes
import NIOCore
import Services
import Wire

/// A request of S3 that is being obeyed: what it asks for, and who asks.
struct S3Call: Sendable {
    static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    /// Documents of a request: 10,000 parts with their checksums are some 2 MB.
    private static let documentBytesMax = 4 << 20

    let request: S3Request
    let call: Call

    var buckets: Buckets { Buckets(call) }
    var objects: Objects { Objects(call) }
    var account: AccountID { call.account }
    /// Whose the bucket is, and all that is in it.
    var owner: AccountID { request.found?.owner ?? call.account }
    var bucket: String { request.bucket }
    var key: String { request.key }
    var query: S3Query { request.query }
    var versionID: String? { request.versionID }
    /// Whether answers tell of versions.
    var keepsVersions: Bool { request.found.map { $0.versioning != .off } ?? false }

    /// A header by its lower-case name; an empty one counts as absent.
    func header(_ name: String) -> String? { request.header(name) }

    /// What is set of the bucket.
    func settings() async throws -> BucketSettings {
        if let found = request.found { return try await buckets.settings(of: found) }
        return try await buckets.settings(of: bucket)
    }

    var conditions: ObjectConditions { ObjectConditions(now: call.now) { header($0) } }

    /// The algorithm that an object's checksum is to have; nil when the request names none.
    func checksumAlgorithm() throws -> ChecksumAlgorithm? {
        guard let name = header("x-amz-checksum-algorithm") else { return nil }
        return try ChecksumAlgorithm(requested: name)
    }

    /// The bytes of an object or a part.
    func body() throws -> S3RequestBody { try S3RequestBody(request.input) }

    /// A document that the request carries, at most 4 MiB, with its checksums proven.
    ///
    /// - Parameter describesObject: whether a checksum in the headers is that of an object and not of the document.
    func document(describesObject: Bool = false) async throws -> [UInt8] {
        var body = try S3RequestBody(request.input, isOptional: true, ignoresChecksum: describesObject)
        guard body.bytes <= Self.documentBytesMax else {
            throw S3Error(.maxMessageLengthExceeded, details: [.init(.maxSizeAllowed, String(Self.documentBytesMax))])
        }
        var bytes: [UInt8] = []
        while let piece = try await body.next() {
            try request.share.grow(by: piece.readableBytes)
            bytes += piece.readableBytesView
        }
        return bytes
    }
}

extension Reply {
    /// A document of S3 under its root element.
    ///
    /// - Parameter listsKeys: whether keys are told apart by every character, as S3 does even where XML cannot carry one.
    static func s3(
        _ root: String,
        status: HTTPResponse.Status = .ok,
        listsKeys: Bool = false,
        _ content: (inout XMLWriter) -> Void
    ) -> Reply {
        var xml = XMLWriter(refersToControls: listsKeys)
        xml.element(root, attributes: [("xmlns", S3Call.namespace)], content)
        return Reply(status: status, headers: [.contentType: "application/xml"], body: ByteBuffer(bytes: xml.bytes))
    }

    static func empty(_ status: HTTPResponse.Status) -> Reply { Reply(status: status) }
}

extension XMLWriter {
    /// `<Owner>` and its like.
    mutating func owner(_ name: String, _ account: AccountID) {
        element(name) { xml in
            xml.element("ID", account.canonicalID)
            xml.element("DisplayName", account.rawValue)
        }
    }
}
