#!/bin/sh
# Makes a container of Azure Blob Storage that everybody may read, and publishes STATIC_ROOT to it.
#
# Install the Azure CLI, `az login`, and change the first three lines. The settings of Django then
# have STATIC_URL = "https://ACCOUNT.blob.core.windows.net{{ static_url.path|raw }}".
set -e
ACCOUNT=myaccount
GROUP=mygroup
LOCATION=westeurope
# The first part of the path is the container, whose name has 3 to 63 characters.
CONTAINER={{ static_url.path[1:-1] }}

az group create --name "$GROUP" --location "$LOCATION"
az storage account create --name "$ACCOUNT" --resource-group "$GROUP" --sku Standard_LRS \
    --allow-blob-public-access true
AZURE_STORAGE_ACCOUNT_KEY=$(az storage account keys list --account-name "$ACCOUNT" \
    --resource-group "$GROUP" --query '[0].value' --output tsv)
export AZURE_STORAGE_ACCOUNT_NAME="$ACCOUNT" AZURE_STORAGE_ACCOUNT_KEY
az storage container create --name "${CONTAINER%%/*}" --public-access blob \
    --account-name "$ACCOUNT" --account-key "$AZURE_STORAGE_ACCOUNT_KEY"
# Browsers load fonts and modules of another host only with this.
az storage cors add --services b --methods GET HEAD --origins '*' --allowed-headers '*' \
    --max-age 3600 --account-name "$ACCOUNT" --account-key "$AZURE_STORAGE_ACCOUNT_KEY"

# From here on at each deployment, before the new code starts.
staticc collect --noinput
staticc publish "az://$CONTAINER"
