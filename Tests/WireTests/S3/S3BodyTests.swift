import TestSupport
import Testing
import Wire

@Suite struct S3BodyTests {
    private static func read<Body: S3Body>(_: Body.Type, _ inside: String, root: String = Body.rootName) throws -> Body {
        try Body(
            parsing: Array("<?xml version=\"1.0\"?><\(root) xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(inside)</\(root)>".utf8)
        )
    }

    @Test func aCompletedUpload() throws {
        let part = "<PartNumber>2</PartNumber><ETag>&quot;aa&quot;</ETag><ChecksumCRC32>DUoRhQ==</ChecksumCRC32>"
        let upload = try Self.read(CompletedUpload.self, "<Part><ETag>b</ETag><PartNumber>1</PartNumber></Part><Part>\(part)</Part>")
        #expect(upload.parts.map(\.number) == [1, 2])
        #expect(upload.parts.map(\.tag.value) == ["b", "aa"])
        #expect(upload.parts[1].checksums.map(\.text) == ["DUoRhQ=="])
        #expect(throws: S3Error.self) { try Self.read(CompletedUpload.self, "") }
        let swapped = "<Part>\(part)</Part><Part><PartNumber>2</PartNumber><ETag>b</ETag></Part>"
        let order = #expect(throws: S3Error.self) { try Self.read(CompletedUpload.self, swapped) }
        #expect(order?.code == .invalidPartOrder)
        for bad in ["<PartNumber>0</PartNumber><ETag>b</ETag>", "<PartNumber>1</PartNumber>", part + "<X/>", part + "<ETag>b</ETag>"] {
            #expect(throws: S3Error.self) { try Self.read(CompletedUpload.self, "<Part>\(bad)</Part>") }
        }
    }

    @Test func aDeletion() throws {
        let request = try Self.read(
            DeletionRequest.self,
            "<Object><Key>a b</Key></Object><Object><Key>c</Key><VersionId>v</VersionId></Object><Quiet>true</Quiet>"
        )
        #expect(request.isQuiet)
        #expect(request.objects.map(\.key) == ["a b", "c"])
        #expect(request.objects.map(\.versionID) == [nil, "v"])
        let object = "<Object><Key>k</Key></Object>"
        #expect(try Self.read(DeletionRequest.self, String(repeating: object, count: 1000)).objects.count == 1000)
        for bad in ["", String(repeating: object, count: 1001), "<Object><Key/></Object>", "<Object/>", object + "<Quiet>yes</Quiet>"] {
            #expect(throws: S3Error.self) { try Self.read(DeletionRequest.self, bad) }
        }
    }

    @Test func configurations() throws {
        #expect(
            try Self.read(CreateBucketConfiguration.self, "<LocationConstraint>eu-west-1</LocationConstraint>").locationConstraint
                == "eu-west-1"
        )
        #expect(try Self.read(CreateBucketConfiguration.self, "").locationConstraint == nil)
        let tagged = "<Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags>"
        #expect(try Self.read(CreateBucketConfiguration.self, tagged).tags == [S3Tag(key: "a", value: "1")])
        for directory in ["<Location><Name>n</Name></Location>", "<Bucket><Type>Directory</Type></Bucket>"] {
            let error = #expect(throws: S3Error.self) { try Self.read(CreateBucketConfiguration.self, directory) }
            #expect(error?.code == .notImplemented)
        }
        let tags = try Self.read(Tagging.self, "<TagSet><Tag><Key>a</Key><Value/></Tag></TagSet>").tags
        #expect(tags == [S3Tag(key: "a", value: "")])
        #expect(try Self.read(VersioningConfiguration.self, "<Status>Suspended</Status>").status == .suspended)
        let rule =
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
        let encryption = try Self.read(ServerSideEncryptionConfiguration.self, rule)
        #expect(encryption.algorithm == .kms && encryption.kmsKeyID == "k" && encryption.isBucketKeyEnabled)
        #expect(throws: S3Error.self) { try Self.read(ServerSideEncryptionConfiguration.self, rule.replacing("aws:kms", with: "AES256")) }
        let block = try Self.read(PublicAccessBlockConfiguration.self, "<IgnorePublicAcls>TRUE</IgnorePublicAcls>")
        #expect(block.ignorePublicACLs && !block.blockPublicACLs && !block.blockPublicPolicy && !block.restrictPublicBuckets)
        let controls = try Self.read(OwnershipControls.self, "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")
        #expect(controls.objectOwnership == .bucketOwnerEnforced)
        #expect(throws: S3Error.self) { try Self.read(OwnershipControls.self, "<Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule>") }
    }

    @Test func anAccessControlPolicy() throws {
        func grant(_ grantee: String, _ permission: String = "READ") -> String {
            "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"T\">\(grantee)</Grantee><Permission>\(permission)</Permission></Grant>"
        }
        let grants = grant("<ID>i</ID><DisplayName>d</DisplayName>", "FULL_CONTROL") + grant("<URI>u</URI>")
        let policy = try Self.read(AccessControlPolicy.self, "<Owner><ID>o</ID></Owner><AccessControlList>\(grants)</AccessControlList>")
        #expect(policy.ownerID == "o")
        #expect(policy.grants.map(\.grantee) == [.user(id: "i"), .group(uri: "u")])
        #expect(policy.grants.map(\.permission) == [.fullControl, .read])
        for bad in [
            grant(""), grant("<ID>i</ID><URI>u</URI>"), grant("<ID>i</ID>", "ALL"), String(repeating: grant("<ID>i</ID>"), count: 101),
        ] {
            #expect(throws: S3Error.self) { try Self.read(AccessControlPolicy.self, "<AccessControlList>\(bad)</AccessControlList>") }
        }
    }

    @Test(arguments: [
        "<Unknown/>", "text<TagSet/>", "<TagSet/><TagSet/>", "<TagSet><Tag><Key>a</Key></Tag></TagSet>",
        "<TagSet><Tag><Key><b/></Key><Value/></Tag></TagSet>", "<TagSet>",
    ])
    func whatTheSchemaHasNotIsMalformed(_ inside: String) {
        let error = #expect(throws: S3Error.self) { try Self.read(Tagging.self, inside) }
        #expect(error?.code == .malformedXML)
        #expect(throws: S3Error.self) { try Self.read(Tagging.self, "<TagSet/>", root: "Tags") }
        #expect(throws: S3Error.self) { try Tagging(parsing: []) }
    }

    @Test(arguments: [71, 72] as [UInt64])
    func anyDocumentIsReadOrRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let good = Array("<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>".utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var document = good
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                document[Int.random(in: 0..<document.count, using: &random)] = UInt8.random(in: 0x20...0x7E, using: &random)
            }
            guard let request = try? DeletionRequest(parsing: document) else { continue }
            accepted += 1
            #expect(request.objects.allSatisfy { !$0.key.isEmpty })
        }
        #expect(accepted > 50)
    }
}
