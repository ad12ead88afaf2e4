import Connections
import Domain
import HTTPTypes
import Services
import Wire

/// A verified request of S3, taken apart.
struct S3Request: Sendable {
    let address: S3Address
    let query: S3Query
    let input: S3Input
    /// Whether it is signed for us-east-1, which is what clients sign for that were told no Region, or for none.
    let isForStandardRegion: Bool
    /// Of the memory for documents.
    let share: BodyBudget.Share
    /// Of the memory for long answers.
    let answers: AnswerBudget
    /// The bucket that the request is about, as it was when the request came; nil where there need be none.
    var found: Bucket?

    var bucket: String { address.bucket ?? "" }
    var key: String { address.key ?? "" }
    var versionID: String? { query["versionId"] }

    /// A header by its lower-case name; an empty one counts as absent.
    func header(_ name: String) -> String? { input.header(name) }
}
