import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// What a snapshot is started with.
package struct SnapshotStart: Sendable {
    package var sizeGiB: Int64
    package var details: String?
    package var tags: [ResourceTag]
    /// The same token gives the same snapshot again, so the call may be repeated.
    package var clientToken: String

    package init(sizeGiB: Int64, details: String?, tags: [ResourceTag], clientToken: String) {
        self.sizeGiB = sizeGiB
        self.details = details
        self.tags = tags
        self.clientToken = clientToken
    }
}

extension AWSClient {
    /// Starts an empty snapshot that takes blocks until it is completed, and returns its id.
    package func startSnapshot(_ start: SnapshotStart, region: String) async throws -> String {
        struct Body: Encodable {
            struct Tag: Encodable {
                var key: String
                var value: String

                enum CodingKeys: String, CodingKey {
                    case key = "Key"
                    case value = "Value"
                }
            }
            var volumeSize: Int64
            var description: String?
            var tags: [Tag]?
            var clientToken: String
            /// Minutes without a block after which the server gives the snapshot up.
            var timeout = 60

            enum CodingKeys: String, CodingKey {
                case volumeSize = "VolumeSize"
                case description = "Description"
                case tags = "Tags"
                case clientToken = "ClientToken"
                case timeout = "Timeout"
            }
        }
        struct Content: Decodable {
            var snapshotID: String
            var blockSize: Int

            enum CodingKeys: String, CodingKey {
                case snapshotID = "SnapshotId"
                case blockSize = "BlockSize"
            }
        }
        let body = Body(
            volumeSize: start.sizeGiB,
            description: start.details,
            tags: start.tags.isEmpty ? nil : start.tags.map { Body.Tag(key: $0.key, value: $0.value) },
            clientToken: start.clientToken
        )
        var call = Call.ebs("StartSnapshot", .POST, "/snapshots", region: region)
        call.headers = [(name: "content-type", value: "application/json")]
        call.body = try JSONEncoder().encodeAsByteBuffer(body, allocator: ByteBufferAllocator())
        let content = try await ebs(call, as: Content.self)
        guard content.blockSize == DiskBlock.size else {
            throw UnexpectedAnswer(action: call.action, problem: "its blocks have \(content.blockSize) bytes and not \(DiskBlock.size)")
        }
        return content.snapshotID
    }
}
