#!/usr/bin/env bash
# The macOS image. After `python3 installer/freeze.py folder`, on a Mac:
#     bash installer/macos.sh           writes dist/ktrdr-app-VERSION.dmg
# With SIGN_AS="Developer ID Application: ..." it signs the program, and with NOTARY_PROFILE it has Apple check the image.
# Not run on the machines that this was written on; the release workflow is its first trial.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' ktrdr_app/__init__.py)
app="dist/KTRDR Desktop.app"
image="dist/ktrdr-app-$version.dmg"
test -d "$app" || { echo "there is no $app; build it first: python3 installer/freeze.py folder" >&2; exit 1; }

cp -R dist/ktrdr-app/licences dist/ktrdr-app/sbom.cdx.json dist/ktrdr-app/SIZES.txt "$app/Contents/Resources/"
if [ -n "${SIGN_AS:-}" ]; then
    codesign --force --deep --options runtime --timestamp --sign "$SIGN_AS" "$app"
    codesign --verify --strict "$app"
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
rm -f "$image"
hdiutil create -volname "KTRDR Desktop" -srcfolder "$stage" -format UDZO -ov "$image"
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
