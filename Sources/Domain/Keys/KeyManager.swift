/// Who manages a key: the account, or Ferry in the place of AWS.
package enum KeyManager: String, Sendable {
    case aws = "AWS"
    case customer = "CUSTOMER"
}
