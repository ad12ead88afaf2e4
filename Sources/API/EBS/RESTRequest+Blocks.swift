import Foundation
import HTTPTypes
import Wire

/// What the requests of EBS direct say of a block.
extension RESTRequest {
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
