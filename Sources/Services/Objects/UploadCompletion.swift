import Domain
import Foundation
import Metadata

/// An upload that is to become an object: all that is left is one transaction.
package struct UploadCompletion: Sendable {
    package let object: StoredObject
    let condition: WriteCondition?
    let upload: MultipartUpload
    /// Those that the upload must still have, and no others.
    let parts: [MultipartUpload.Part]
    /// Those that the object does not have.
    let left: [StoredObject.Segment]

    package func commit(in transaction: Transaction, at now: Date) throws {
        let multipart = MultipartTable(transaction)
        guard try multipart.upload(upload.id) != nil else { throw Objects.missingUpload(upload.id) }
        guard try multipart.parts(of: upload.id, limit: .max) == parts else {
            throw Fault(.invalidPart, "A part was uploaded while the upload was being completed: complete it again")
        }
        try multipart.delete(upload.id)
        try Objects.release(left, upload.encryption, at: now, in: transaction)
        try Objects.save(object, condition, at: now, in: transaction)
    }
}
