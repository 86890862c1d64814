#!/bin/sh
# Installs packages while an image is built, with npm's cache of earlier builds, and with the one of the project's folder.
# The links to the project's packages are made here: an image has the compiled part of one without what only another image needs.
set -eu
if [ -d /npm-cache/_cacache ]; then cp -rn /npm-cache/_cacache /root/.npm/; fi
npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error "$@"
mkdir -p node_modules/@onepledge
for package in chaincode network gateway; do
  [ -e "node_modules/@onepledge/$package" ] || ln -s "../../$package" "node_modules/@onepledge/$package"
done
