import Domain
import Services
import Wire

/// Changes an image's description. Other attributes are refused by name: images cannot be shared yet.
struct ModifyImageAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyImageAttribute") { [$1.image($0.imageID)] }]

    private let imageID: String
    private let attribute: String?
    private let description: String?

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        attribute = try query["Attribute"]
        // Two encodings: Description.Value, or Attribute=description with Value. An empty text clears the description.
        let structured: PossiblyEmpty? = try query["Description.Value"]
        let plain: PossiblyEmpty? = try query["Value"]
        let text = structured ?? plain
        if let text, text.text.unicodeScalars.count > Images.descriptionLengthMax {
            throw .invalid("Description", text.text, "At most \(Images.descriptionLengthMax) characters are allowed")
        }
        description = text?.text
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).setDescription(newDescription(), of: imageID)
        return XMLReturnTrue()
    }

    private func newDescription() throws -> String {
        if let attribute, attribute.lowercased() != "description" {
            throw Fault(.unsupportedOperation, "The attribute \(attribute) cannot be modified by this version of Ferry")
        }
        guard let description else { throw Fault(.invalidParameterCombination, "No attributes specified.") }
        return description
    }
}
