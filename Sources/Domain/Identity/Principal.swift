/// Who calls: an account, through one of its access keys.
///
/// Today every access key belongs to an account's root user; users and roles come with IAM.
package struct Principal: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case rootUser
    }

    package let account: AccountID
    package let accessKeyID: String

    package init(account: AccountID, accessKeyID: String) {
        self.account = account
        self.accessKeyID = accessKeyID
    }

    package var kind: Kind { .rootUser }

    package func arn(in partition: String) -> String { "arn:\(partition):iam::\(account):root" }
}
