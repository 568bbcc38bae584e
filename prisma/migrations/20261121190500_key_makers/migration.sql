-- Who made the key that author and last editor wrote with: one human behind two identities too.
ALTER TABLE "task" ADD COLUMN "author_key_by" UUID, ADD COLUMN "editor_key_by" UUID;
