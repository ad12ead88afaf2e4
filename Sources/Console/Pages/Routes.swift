/// All pages, and which of them is at an address.
enum Routes {
    static let pages: [any Page.Type] =
        people + [
            OverviewPage.self, SignInPage.self, SignInLinkPage.self, SignOutPage.self, SessionsPage.self, ImagesPage.self, ImagePage.self,
            CopyImagePage.self, DeregisterImagePage.self, LaunchPage.self, SnapshotsPage.self, InstancesPage.self, InstancePage.self,
            KeysPage.self, KeyPolicyPage.self, DeleteKeyPage.self, KeyPage.self,
            ImageLifePage.self, SelectedImagesPage.self, TagsPage.self, PermissionsPage.self, RecycleBinPage.self,
            SnapshotPage.self, SnapshotBytesPage.self, SnapshotActPage.self, UploadPage.self, UploadedBlocksPage.self, UploadBlockPage.self,
            CompleteUploadPage.self, VolumesPage.self, NewVolumePage.self, VolumePage.self, VolumeActPage.self,
            InstanceImagePage.self, BucketsPage.self, NewBucketPage.self, BucketPage.self, DeleteBucketPage.self, ObjectPage.self,
            ObjectBytesPage.self, UploadObjectPage.self, DeleteObjectPage.self, ServerPage.self,
        ]

    /// Before those below a Region: a user may be called `images`, and no Region `users`.
    private static let people: [any Page.Type] = [
        SwitchRolePage.self, SwitchBackPage.self, AccountsPage.self, UnitsPage.self, CreateAccountPage.self, AccountPage.self,
        CloseAccountPage.self, UnitPage.self, ControlPolicyPage.self, CreateKeyPage.self, UsersPage.self, GroupsPage.self, RolesPage.self,
        PoliciesPage.self, CreatePolicyPage.self, CreateHolderPage.self, UserPage.self,
        GroupPage.self, RolePage.self, PolicyPage.self, TrustPolicyPage.self, EditPolicyPage.self, DeletePolicyPage.self,
        DeleteHolderPage.self, CreateInlinePolicyPage.self, InlinePolicyPage.self,
    ]

    private struct Route {
        let page: any Page.Type
        let parts: [Substring]

        init(_ page: any Page.Type) {
            self.page = page
            parts = page.path.split(separator: "/")
        }

        /// Nil where the path is another; what stands for the parts in braces where it is this one.
        func parameters(of segments: [String]) -> [String: String]? {
            guard segments.count == parts.count else { return nil }
            var parameters: [String: String] = [:]
            for (part, segment) in zip(parts, segments) {
                if part.hasPrefix("{") {
                    parameters[String(part.dropFirst().dropLast())] = segment
                } else if part != segment {
                    return nil
                }
            }
            return parameters
        }
    }

    private static let routes = pages.map(Route.init)

    /// The first whose path it is: of two the one with fewer braces stands first.
    static func find(_ segments: [String]) -> (any Page.Type, [String: String])? {
        for route in routes {
            if let parameters = route.parameters(of: segments) { return (route.page, parameters) }
        }
        return nil
    }
}
