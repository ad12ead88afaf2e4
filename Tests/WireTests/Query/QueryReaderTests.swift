import Foundation
import Testing
import Wire

private enum Shape: String, QueryScalar {
    case image, snapshot
}

private struct ImageName: RawRepresentable, QueryScalar {
    let rawValue: String

    init?(rawValue: String) {
        guard rawValue.hasPrefix("ami-") else { return nil }
        self.rawValue = rawValue
    }

    static func refusal(of text: String, name: String) -> RequestError {
        .rejected(code: "InvalidAMIID.Malformed", message: "Invalid id: \"\(text)\"")
    }
}

private struct Tag: QueryStructure, Equatable {
    let key: String
    let value: String

    init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    init(from query: QueryReader) throws(RequestError) {
        key = try query["Key"]
        let value: PossiblyEmpty? = try query["Value"]
        self.value = value?.text ?? ""
    }
}

private struct TagSpecification: QueryStructure {
    let resourceType: Shape
    let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        resourceType = try query["ResourceType"]
        tags = try query["Tag"]
    }
}

private struct Profile: QueryStructure {
    let name: String

    init(from query: QueryReader) throws(RequestError) {
        name = try query["Name"]
    }
}

@Suite struct QueryReaderTests {
    @Test func theTypeDecidesHowAParameterIsRead() throws {
        let query = try QueryReader(
            form: "Name=golden+image&Description=a%20b%2Bc&Count=-7&Size=9000000000&DryRun=True&Since=2026-11-22T19:34:32Z"
                + "&Shape=snapshot&ImageId.1=ami-1&ImageId.2=ami-2&Rate=0.5"
        )
        #expect(try query["Name"] == "golden image")
        #expect(try query["Description"] as String? == "a b+c")
        #expect(try query["Count"] == -7)
        #expect(try query["Size"] == Int64(9_000_000_000))
        #expect(try query["Rate"] == 0.5)
        #expect(try query["DryRun"] == true)
        #expect(try query["Since"] == Date(timeIntervalSince1970: 1_795_376_072))
        #expect(try query["Shape"] == Shape.snapshot)
        let ids: [ImageName] = try query["ImageId"]
        #expect(ids.map(\.rawValue) == ["ami-1", "ami-2"])
        #expect(query.unreadNames().isEmpty)
    }

    @Test(arguments: ["true", "True", "1"]) func trueIsSpelt(_ text: String) throws {
        #expect(try QueryReader(form: "B=\(text)")["B"] == true)
    }

    @Test(arguments: ["false", "False", "0"]) func falseIsSpelt(_ text: String) throws {
        #expect(try QueryReader(form: "B=\(text)")["B"] == false)
    }

    @Test func emptyScalarsAreAbsent() throws {
        let query = try QueryReader(form: "KmsKeyId=&Name&Encrypted=")
        #expect(try query["KmsKeyId"] as String? == nil)
        #expect(try query["Encrypted"] as Bool? == nil)
        #expect(throws: RequestError(.missingParameter("Name"))) { try query["Name"] as String }
        #expect(query.unreadNames().isEmpty)
    }

    @Test func aRequiredParameterThatIsNotThereIsMissing() throws {
        let query = try QueryReader(form: "Tag.1.Value=x")
        #expect(throws: RequestError(.missingParameter("Name"))) { try query["Name"] as String }
        #expect(throws: RequestError(.missingParameter("Tag.1.Key"))) { try query["Tag"] as [Tag] }
        #expect(throws: RequestError(.missingParameter("Placement"))) { try query["Placement"] as Profile }
    }

    @Test func wrongTextsNameTheParameterAndTheValue() throws {
        let query = try QueryReader(form: "A=x&B=yes&C=volume&D=soon&E.1=i-1&F=1e999&G=99999999999999999999")
        #expect(throws: RequestError.invalid("A", "x", "An integer was expected")) { try query["A"] as Int }
        #expect(throws: RequestError.invalid("B", "yes", "Either true or false was expected")) { try query["B"] as Bool? }
        #expect(throws: RequestError.invalid("C", "volume", "The value is not one of those allowed")) { try query["C"] as Shape }
        #expect(throws: RequestError.self) { try query["D"] as Date }
        #expect(throws: RequestError.self) { try query["F"] as Double }
        #expect(throws: RequestError.self) { try query["G"] as Int64 }
        #expect(throws: RequestError.rejected(code: "InvalidAMIID.Malformed", message: "Invalid id: \"i-1\"")) {
            try query["E"] as [ImageName]
        }
    }

    @Test func listsAreSparseAndInNumericOrder() throws {
        let query = try QueryReader(form: "F.10=j&F.2=b&F.1000000=z&F.9=i")
        #expect(try query["F"] as [String] == ["b", "i", "j", "z"])
    }

    @Test(arguments: ["F.0", "F.01", "F.-1", "F.%2B1", "F.1000001", "F.99999999999999999999", "F.1x"])
    func aListIndexIsAPositiveInteger(_ name: String) throws {
        let query = try QueryReader(form: "F.2=b&\(name)=x")
        #expect(throws: RequestError.self) { try query["F"] as [String] }
    }

    @Test func whatIsNoIndexIsLeftUnread() throws {
        let query = try QueryReader(form: "F.1=a&F.Name=b")
        #expect(try query["F"] as [String] == ["a"])
        #expect(query.unreadNames() == ["F.Name"])
    }

    @Test func nestedReadersShareTheMemory() throws {
        let query = try QueryReader(
            form: "BlockDeviceMapping.1.Ebs.Foo=1&TagSpecification.1.ResourceType=image&TagSpecification.1.Tag.2.Key=b"
                + "&TagSpecification.1.Tag.2.Value=&TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=1"
                + "&TagSpecification.1.Tag.1.Colour=red"
        )
        let specifications: [TagSpecification] = try query["TagSpecification"]
        #expect(specifications.first?.tags == [Tag(key: "a", value: "1"), Tag(key: "b", value: "")])
        #expect(query.unreadNames() == ["BlockDeviceMapping.1.Ebs.Foo", "TagSpecification.1.Tag.1.Colour"])
        #expect(throws: RequestError.unknown(query.unreadNames())) { try query.requireAllRead() }
    }

    @Test func aValueMayBeEmptyOnPurpose() throws {
        let query = try QueryReader(form: "Filter.1.Name=tag:x&Filter.1.Value.1=&Filter.1.Value.2=y&Description.Value=")
        let values: [PossiblyEmpty] = try query["Filter.1.Value"]
        #expect(values.map(\.text) == ["", "y"])
        #expect(try query["Description.Value"] as PossiblyEmpty? == PossiblyEmpty(""))
        #expect(try query["Other.Value"] as PossiblyEmpty? == nil)
        #expect(query.rawText("Description.Value") == "")
        #expect(query.rawText("Description") == nil)
        #expect(query.unreadNames() == ["Filter.1.Name"])
    }

    @Test func aStructureWithNothingInItIsAbsent() throws {
        let query = try QueryReader(form: "IamInstanceProfile.Name=&Placement.AvailabilityZone=")
        #expect(try query["IamInstanceProfile"] as Profile? == nil)
        #expect(query.unreadNames() == ["Placement.AvailabilityZone"])
    }

    @Test func anOptionalListIsNilOnlyWhenAbsent() throws {
        let query = try QueryReader(form: "A.1=x")
        #expect(try query["A"] as [String]? == ["x"])
        #expect(try query["B"] as [String]? == nil)
        #expect(try query["B"] as [String] == [])
    }

    @Test func anElementThatWasSentIsNotEmpty() throws {
        let query = try QueryReader(form: "ImageId.1=")
        #expect(throws: RequestError(.missingParameter("ImageId.1"))) { try query["ImageId"] as [String] }
    }

    @Test func scalarsAndStructuresDoNotMix() throws {
        #expect(throws: RequestError.self) { try QueryReader(form: "A=x&A.1=y") }
        #expect(throws: RequestError.self) { try QueryReader(form: "A.1=y&A=x") }
        #expect(try QueryReader(form: "A=&A.1=y")["A"] as [String] == ["y"])

        let query = try QueryReader(form: "Scalar=x&List.1=y")
        #expect(throws: RequestError.invalid("Scalar", "x", "A list was expected")) { try query["Scalar"] as [String] }
        #expect(throws: RequestError.invalid("Scalar", "x", "A structure was expected")) { try query["Scalar"] as Profile }
        #expect(try query["List"] as String? == nil)
        #expect(query.unreadNames() == ["List.1"])
    }

    @Test func theEdgeConsumesItsOwn() throws {
        let query = try QueryReader(
            form:
                "Action=A&Version=1&X-Amz-Date=d&X-Amz-Signature=s&AWSAccessKeyId=k&SignatureVersion=2&Timestamp=t&Left=1&X-Amzn=2&S.1.T=3"
        )
        query.markEdgeParametersRead()
        #expect(query.unreadNames() == ["Left", "S.1.T", "X-Amzn"])
        query.markRead("Left", "S", "Nothing")
        query.markRead(prefix: "X-")
        #expect(query.unreadNames().isEmpty)
    }

    @Test func theFingerprintIsSortedAndComplete() throws {
        let query = try QueryReader(form: "b=2&a.2=&a.1=1&ClientToken=t&B=3&DryRun=true&Tag.1.Key=k")
        let pairs = query.canonicalParameters(excluding: ["ClientToken", "DryRun", "Tag"])
        #expect(pairs.map { "\($0.0)=\($0.1)" } == ["B=3", "a.1=1", "a.2=", "b=2"])
        #expect(query.unreadNames().count == 7)
    }

    @Test func presenceIsNotReading() throws {
        let query = try QueryReader(form: "A=1")
        #expect(query.contains("A"))
        #expect(!query.contains("B"))
        #expect(query.unreadNames() == ["A"])
    }

    @Test func messagesAreThoseOfEC2() {
        #expect(RequestError.unknown(["X"]).message == "The parameter X is not recognized")
        #expect(RequestError.unknown(["X", "Y"]).message == "The parameters X, Y are not recognized")
        #expect(RequestError.unknown(["X"]).code == "UnknownParameter")
        #expect(RequestError.missing("ImageId").message == "The request must contain the parameter ImageId")
        #expect(RequestError.invalid("A", String(repeating: "x", count: 5000), "No").message.utf8.count < 400)
    }
}
