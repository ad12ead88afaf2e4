import Foundation
import Sealing
import Wire

/// Bytes in base64. What is no base64 is not shown in the error: it may be a secret with a typing error.
struct Blob: JSONDecodable {
    let bytes: [UInt8]

    static func decode(_ value: JSONValue) throws(RequestError) -> Blob {
        Blob(bytes: [UInt8](try data(value)))
    }

    fileprivate static func data(_ value: JSONValue) throws(RequestError) -> Data {
        let text: String
        do {
            text = try value.string()
        } catch {
            guard case .missingParameter = error.kind else { throw .invalid(value.name, "…", "A string in base64 was expected") }
            throw error
        }
        guard let data = Data(base64Encoded: text) else {
            throw .invalid(value.name, "\(text.utf8.count) characters", "It is not base64")
        }
        return data
    }
}

/// Bytes in base64 that are secret.
struct SecretBlob: JSONDecodable {
    let secret: SecretBytes

    static func decode(_ value: JSONValue) throws(RequestError) -> SecretBlob {
        var data = try Blob.data(value)
        return SecretBlob(secret: SecretBytes(wiping: &data))
    }
}

extension JSONValue {
    /// Throws unless a blob has as many bytes as KMS takes.
    func requireCount(_ count: Int, in allowed: ClosedRange<Int>) throws(RequestError) {
        guard allowed.contains(count) else {
            throw .invalid(name, "\(count) bytes", "It must have \(allowed.lowerBound) to \(allowed.upperBound) bytes")
        }
    }
}

extension JSONReader {
    /// A required blob of so many bytes.
    func blob(_ name: String, _ allowed: ClosedRange<Int>) throws(RequestError) -> [UInt8] {
        let blob: Blob = try self[name]
        try value(name).requireCount(blob.bytes.count, in: allowed)
        return blob.bytes
    }

    /// A required secret of so many bytes.
    func secret(_ name: String, _ allowed: ClosedRange<Int>) throws(RequestError) -> SecretBytes {
        let blob: SecretBlob = try self[name]
        try value(name).requireCount(blob.secret.count, in: allowed)
        return blob.secret
    }
}
