import Blocks

extension StoreError {
    /// What users may see of a store's error: not where its files are.
    var textForUsers: String { message + (address.map { ", at the frame \($0)" } ?? "") }
}
