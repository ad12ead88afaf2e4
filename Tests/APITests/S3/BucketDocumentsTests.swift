import API
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// A data folder of an older Ferry, which kept settings of buckets as their clients had sent them.
@Suite struct BucketDocumentsTests {
    private static let namespace = #"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#
    private static let documents = [
        "acl": "aws-exec-read",
        "encryption":
            "<ServerSideEncryptionConfiguration \(namespace)><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
            + "<KMSMasterKeyID>alias/mine</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
            + "</ServerSideEncryptionConfiguration>",
        "encryptionRequest": #"{"kms":{"_0":"alias/mine","hasBucketKey":true}}"#,
        "location": "EU",
        "ownership": "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>",
        "policy":
            #"{"Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::ACCOUNT:user/ann"},"Action":"s3:*","Resource":"arn:aws:s3:::depot/x"}]}"#,
        "publicAccessBlock":
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
        "tagging": "<Tagging><TagSet><Tag><Key>b</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value></Value></Tag></TagSet></Tagging>",
    ]

    @Test(.againstHangs) func documentsBecomeValuesOnce() async throws {
        try await Edge.run { edge in
            let store = try edge.deployment.store(of: try #require(Region(rawValue: Edge.region)))
            let depot = try #require(BucketName(rawValue: "depot"))
            let identity = try await edge.answer(to: .form("sts", "GetCallerIdentity"), by: edge.credential).body
            let owner = try #require(identity.between("<Account>", "</Account>").flatMap(AccountID.init(rawValue:)))
            let documents = Self.documents.mapValues { $0.replacing("ACCOUNT", with: owner.rawValue) }
            try await store.database.write { transaction in
                try BucketTable(transaction).insert(Bucket(name: depot, owner: owner, createdAt: Date(timeIntervalSince1970: 0)))
                for (name, text) in documents {
                    try transaction.execute(
                        "INSERT INTO bucket_settings (bucket, name, value) VALUES (?, ?, ?)",
                        [.text(depot), .text(name), .bytes(Array(text.utf8))]
                    )
                }
            }
            let ann = IAMIdentity(
                id: "AIDAANN",
                account: owner,
                kind: .user,
                name: "ann",
                path: "/",
                createdAt: Date(timeIntervalSince1970: 0)
            )
            try await edge.deployment.directory.write { try IAMIdentityTable($0).insert(ann) }
            for _ in 0..<2 { try await BucketDocuments(of: store, in: edge.deployment.directory).adopt() }
            let settings = try await store.database.read { try BucketTable($0).settings(of: depot) }
            #expect(settings.acl == .awsExecRead)
            #expect(
                settings.encryption
                    == BucketEncryption(.kms("alias/mine", hasBucketKey: true), isBucketKeyEnabled: true, blockedTypes: nil)
            )
            #expect(settings.location == "EU")
            #expect(settings.ownership == .bucketOwnerPreferred)
            #expect(settings.policy?.text == documents["policy"])
            // Whom it names is bound, though nobody has looked before.
            #expect(settings.policyIDs == PrincipalIDs(["arn:aws:iam::\(owner):user/ann": "AIDAANN"]))
            #expect(try await store.database.read { try BucketTable($0).unbound(limit: 1).isEmpty })
            #expect(
                settings.publicAccess
                    == PublicAccessBlock(blocksACLs: true, ignoresACLs: false, blocksPolicy: false, restrictsBuckets: false)
            )
            #expect(settings.tags == [Domain.Tag(key: "b", value: "1"), Domain.Tag(key: "a", value: "")])
            #expect(try await store.database.read { try BucketTable($0).documents().isEmpty })
        }
    }
}
