import Domain
import Services
import Wire

/// Changes an image's description, or has it want the newer metadata service. Other attributes are refused by name: images cannot be shared
/// yet.
struct ModifyImageAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyImageAttribute") { [$1.image($0.imageID)] }]

    private let imageID: String
    private let attribute: String?
    private let description: String?
    private let imdsSupport: String?
    private let hasProductCodes: Bool

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
        imdsSupport = try query["ImdsSupport.Value"] ?? (attribute?.lowercased() == "imdssupport" ? plain?.text : nil)
        description = attribute?.lowercased() == "imdssupport" ? structured?.text : text?.text
        let productCodes: [String] = try query["ProductCode"]
        hasProductCodes = !productCodes.isEmpty
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        guard !hasProductCodes, attribute?.lowercased() != "productcodes" else {
            throw Fault(.unsupportedOperation, "Product codes cannot be set: Ferry has no marketplace")
        }
        if let imdsSupport {
            guard description == nil else {
                throw Fault(.invalidParameterCombination, "Only one attribute can be changed in a call: Description or ImdsSupport")
            }
            guard imdsSupport == "v2.0" else {
                let rule = "The only possible value is v2.0, and it cannot be taken back"
                throw Fault(.invalidParameterValue, "Value (\(imdsSupport.prefix(64))) for parameter ImdsSupport is invalid. \(rule).")
            }
            try await Images(call).requireIMDSv2(for: imageID)
        } else {
            try await Images(call).setDescription(newDescription(), of: imageID)
        }
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
