import NIOCore
import NIOHTTP1
import Wire

/// An object that could not be deleted, and why.
package struct ObjectDeletionFailure: Hashable, Sendable {
    package var key: String
    package var cause: String

    package init(key: String, cause: String) {
        self.key = key
        self.cause = cause
    }
}

extension AWSClient {
    /// Deletes objects of a bucket, a thousand a call. One that is not there counts as deleted.
    ///
    /// - Returns: those that stay.
    package func deleteObjects(_ keys: [String], in bucket: String, region: String) async throws -> [ObjectDeletionFailure] {
        var failures: [ObjectDeletionFailure] = []
        for start in stride(from: 0, to: keys.count, by: S3Limits.keysPerCallMax) {
            failures += try await deleteOnce(keys[start..<min(start + S3Limits.keysPerCallMax, keys.count)], in: bucket, region: region)
        }
        return failures
    }

    private func deleteOnce(_ keys: ArraySlice<String>, in bucket: String, region: String) async throws -> [ObjectDeletionFailure] {
        var xml = XMLWriter()
        xml.element("Delete", attributes: [("xmlns", "http://s3.amazonaws.com/doc/2006-03-01/")]) { xml in
            xml.element("Quiet", true)
            for key in keys { xml.element("Object") { $0.element("Key", key) } }
        }
        var call = Call.s3("DeleteObjects", .POST, bucket: bucket, region: region)
        call.query = [(name: "delete", value: "")]
        call.headers = [(name: "content-type", value: "application/xml")]
        call.carry(ByteBuffer(bytes: xml.bytes))
        let answer = try await send(call)
        guard let root = try? XMLNode(parsing: Array(answer.body.readableBytesView)), root.name == "DeleteResult" else {
            throw UnexpectedAnswer(action: call.action, problem: "it is no DeleteResult")
        }
        return root.children("Error").map { error in
            let cause = [error.text("Code"), error.text("Message")].compactMap(\.self).joined(separator: ": ")
            return ObjectDeletionFailure(key: error.text("Key") ?? "", cause: cause)
        }
    }
}
