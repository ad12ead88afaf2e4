import Wire

/// An action of IAM.
protocol IAMAction: QueryAction {}

extension IAMAction {
    static var namespace: String { IAMService.namespace }
}
