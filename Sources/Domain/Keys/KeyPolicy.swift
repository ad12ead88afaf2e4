/// The policy document of a key: its shape, and whether it leaves the key manageable.
///
/// Whether it allows a call is for the service of policies to decide; see `KeyAuthorization`.
package struct KeyPolicy {
    /// KMS takes 32 KiB.
    package static let bytesMax = 32_768
    /// The only name that a key policy can have.
    package static let name = "default"

    private let policy: Policy

    /// Those that it names of the kind `AWS`.
    package var principalNames: Set<String> { policy.principalNames }

    /// Reads a document; throws `MalformedPolicyDocumentException` for what is no policy.
    package init(_ text: String) throws {
        guard text.utf8.count <= Self.bytesMax else {
            throw Fault(.kmsLimitExceeded, "The key policy is larger than \(Self.bytesMax) bytes")
        }
        do throws(PolicyError) {
            policy = try Policy(parsing: Array(text.utf8))
        } catch {
            throw Self.malformed(error.description)
        }
    }

    /// Throws when the policy would lock everybody out: the caller must keep the right to set it anew.
    package func requireManageable(by principal: String, of account: AccountID, in region: Region) throws {
        let root = "arn:\(region.partition):iam::\(account):root"
        let names: Set<String> = ["*", principal, root, account.rawValue]
        guard policy.statements.contains(where: { $0.allows("kms:PutKeyPolicy", toAnyOf: names) }) else {
            throw Self.malformed(
                "The new key policy will not allow you to update the key policy in the future."
            )
        }
    }

    private static func malformed(_ text: String) -> Fault { Fault(.malformedPolicyDocument, text) }

    /// The policy of a key that was made without one: the account decides.
    package static func standard(for account: AccountID, in region: Region) -> String {
        """
        {
          "Version" : "2012-10-17",
          "Id" : "key-default-1",
          "Statement" : [ {
            "Sid" : "Enable IAM User Permissions",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:\(region.partition):iam::\(account):root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          } ]
        }
        """
    }

    /// The policy of a key that Ferry manages: used through its service alone, seen by the account.
    package static func managed(_ key: ManagedKey, for account: AccountID, in region: Region) -> String {
        let (service, endpoint, grant) =
            switch key {
            case .ebs: ("EBS", "ec2", "\"kms:CreateGrant\", ")
            case .s3: ("S3", "s3", "")
            }
        return """
            {
              "Version" : "2012-10-17",
              "Id" : "auto-\(service.lowercased())-2",
              "Statement" : [ {
                "Sid" : "Allow access through \(service) for all principals in the account that are authorized to use \(service)",
                "Effect" : "Allow",
                "Principal" : {
                  "AWS" : "*"
                },
                "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", \(grant)"kms:DescribeKey" ],
                "Resource" : "*",
                "Condition" : {
                  "StringEquals" : {
                    "kms:CallerAccount" : "\(account)",
                    "kms:ViaService" : "\(endpoint).\(region).amazonaws.com"
                  }
                }
              }, {
                "Sid" : "Allow direct access to key metadata to the account",
                "Effect" : "Allow",
                "Principal" : {
                  "AWS" : "arn:\(region.partition):iam::\(account):root"
                },
                "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
                "Resource" : "*"
              } ]
            }
            """
    }
}
