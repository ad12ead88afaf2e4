import Domain
import Foundation
import HTTPTypes
import NIOCore
import Wire

/// A request of the EBS direct APIs, taken apart: path, query, headers, body.
struct EBSRequest: Sendable {
    let method: HTTPRequest.Method
    let path: [String]
    let headers: HTTPFields
    let body: ByteBuffer
    private let query: QueryReader

    init(_ request: IncomingRequest, body: ByteBuffer) throws {
        method = request.method
        headers = request.headers
        self.body = body
        path = request.target.path.segments.filter { !$0.isEmpty }
        // A signature takes these for no segment at all.
        guard !path.contains("."), !path.contains("..") else { throw RequestError.malformed("The path is not valid") }
        query = try QueryReader(query: request.target.query)
        query.markEdgeParametersRead()
    }

    func parameter<Value: QueryDecodable>(_ name: String) throws -> Value { try query[name] }

    /// Refuses parameters that the operation did not read.
    func requireAllRead() throws { try query.requireAllRead() }

    func text(_ name: HTTPField.Name) -> String? { headers[name].flatMap { $0.isEmpty ? nil : $0 } }

    func integer(_ name: HTTPField.Name) throws -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(queryText: text) else { throw RequestError.invalid(name.rawName, text, "An integer was expected") }
        return number
    }

    func requiredInteger(_ name: HTTPField.Name) throws -> Int64 {
        guard let number = try integer(name) else { throw RequestError.missing(name.rawName) }
        return number
    }

    /// The bytes of `x-amz-Checksum`, whose algorithm must be SHA256, the only one.
    func checksum() throws -> [UInt8]? {
        guard let text = text(.checksum) else { return nil }
        if let algorithm = self.text(.checksumAlgorithm), algorithm != "SHA256" {
            throw RequestError.invalid(HTTPField.Name.checksumAlgorithm.rawName, algorithm, "The only possible value is SHA256")
        }
        guard let bytes = Data(base64Encoded: text), bytes.count == 32 else {
            throw RequestError.invalid(HTTPField.Name.checksum.rawName, text, "A base64-encoded SHA-256 checksum was expected")
        }
        return [UInt8](bytes)
    }

    func blockIndex() throws -> Int64 {
        guard let index = Int64(queryText: path[3]), index >= 0 else {
            throw RequestError.invalid("BlockIndex", path[3], "A block index was expected")
        }
        return index
    }
}
